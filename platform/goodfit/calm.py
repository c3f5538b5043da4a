"""Libraries print to our streams only what went wrong; none of them phones home."""

from __future__ import annotations

import os


def calm_libraries() -> None:
    """Calm those that this process, and those that it starts, are going to import: each process asks for itself."""
    import logging
    import warnings

    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")  # a lost process is told in two lines, and not in 20 of C++
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it warns of kernels that are not there at its import
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # and it of a home folder that cannot be written to
    warnings.filterwarnings("ignore")
