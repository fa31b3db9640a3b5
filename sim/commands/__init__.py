"""Commands of studies, one file each; they are registered by name on the command line's app and imported when used."""
