"""Build hook: a Python that is too old hears one clear sentence, before any dependency is looked up."""

import sys

from hatchling.metadata.plugin.interface import MetadataHookInterface

NEEDED = (3, 12)


class PythonVersion(MetadataHookInterface):
    """Sets the version, so that it is asked at all: hooks run for what is dynamic."""

    def update(self, metadata):
        """Stop where this Python is older than what the project needs."""
        metadata["version"] = self.config["version"]
        if sys.version_info < NEEDED:
            found = "%d.%d.%d" % sys.version_info[:3]  # noqa: UP031
            sys.exit("Sanyu needs Python %d.%d or newer; this is Python %s." % (*NEEDED, found))  # noqa: UP031
