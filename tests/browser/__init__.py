"""Pages in a real browser. `tests/support/axe.min.js` is axe-core 4.14.1 by Deque Systems
(MPL 2.0), as published.
"""
