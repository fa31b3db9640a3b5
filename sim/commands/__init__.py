"""One file per command of the batch layer and the theory, and what all commands share."""
