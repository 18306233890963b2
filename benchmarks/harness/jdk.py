"""Which JDK the peers run on: found as the launcher finds its own."""
import glob
import os
import pathlib
import re
import shutil

from .process import Failure

WANTED = 25
PLACES = ("/usr/lib/jvm/*", "/usr/lib64/jvm/*", "/usr/local/lib/jvm/*", "/usr/java/*", "/opt/java/*", "/opt/*jdk*",
          "~/.sdkman/candidates/java/*", "~/.jdks/*", "~/.local/share/mise/installs/java/*", "~/.asdf/installs/java/*")


def java():
    """The program java of a JDK 25 or newer."""
    on_path = shutil.which("java")
    homes = [os.environ.get("JAVA_HOME"), on_path and pathlib.Path(on_path).resolve().parent.parent]
    homes += [home for place in PLACES for home in sorted(glob.glob(os.path.expanduser(place)))]
    for home in filter(None, homes):
        release = pathlib.Path(home) / "release"
        if release.is_file():
            version = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(), re.MULTILINE)
            if version and int(version[1]) >= WANTED and os.access(pathlib.Path(home) / "bin" / "java", os.X_OK):
                return pathlib.Path(home) / "bin" / "java"
    raise Failure(f"needs a JDK {WANTED} or newer: install one, or name its folder in JAVA_HOME")
