"""What a run or a search wrote, read by nothing of goodfit's own."""

import json


def read_json(path):
    """A JSON file."""
    return json.loads(path.read_text("utf-8"))


def read_lines(path):
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
