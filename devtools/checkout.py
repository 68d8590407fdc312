"""Where this checkout stands, and its own Python."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".local"
"""What `./sesame up` keeps between runs."""

# -P: a folder of the caller that is called like one of our packages must not be taken for it.
PYTHON = (sys.executable, "-P")
