"""How large a definition file may be. Whoever can open a pull request chooses the input, so everything has a bound.

100,000 signatures of ten lines in one file (about 30 MB, 2.2 million nodes) stay within all of them. The worst files
found within them take about half a minute and 900 MB.
"""

from __future__ import annotations

from typing import Final

MAX_FILE_BYTES: Final = 40 * 1024 * 1024
"""Largest definition file."""

MAX_NODES: Final = 2_500_000
"""Most keys, values, mappings, sequences and aliases in one file."""

MAX_DEPTH: Final = 32
"""Deepest nesting; a definition needs three levels."""

MAX_SCALAR_CHARS: Final = 10_000
"""Longest single value or key, in characters."""

MAX_ALIASED_CHARS: Final = 16 * 1024 * 1024
"""Most characters that the aliases of one file may stand for together."""

MAX_PROBLEMS: Final = 25_000
"""Most problems told of one file; whoever made more will not read them one by one."""

MAX_RUN_CHARS: Final = 64 * 1024 * 1024
"""Most characters in all files of one run together."""

MAX_INTEGER_DIGITS: Final = 500
"""Longest integer in any notation; Python at its strictest setting writes no more than 640 decimal digits."""
