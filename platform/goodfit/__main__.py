"""``python -m goodfit``: the same as the command ``goodfit``."""

import sys

from goodfit.cli.main import main

sys.exit(main())
