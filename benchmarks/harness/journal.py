"""What a long run has measured so far, a line of JSON for each thing, so that it can be stopped and resumed."""
import json


class Journal:
    def __init__(self, path, resume):
        self.path, self.entries = path, []
        path.parent.mkdir(parents=True, exist_ok=True)
        if resume and path.exists():
            for line in path.read_text().splitlines():
                try:
                    self.entries.append(json.loads(line))
                except ValueError:
                    break  # the last line, when the machine stopped in the middle of it
        self.file = open(path, "w")
        for entry in self.entries:
            self._write(entry)

    def add(self, kind, **fields):
        entry = {"kind": kind, **fields}
        self.entries.append(entry)
        self._write(entry)

    def _write(self, entry):
        self.file.write(json.dumps(entry) + "\n")
        self.file.flush()

    def all(self, kind, **wanted):
        """Entries of a kind whose fields have these values, in the order in which they were made."""
        return [entry for entry in self.entries if entry["kind"] == kind
                and all(entry.get(name) == value for name, value in wanted.items())]
