"""What can go wrong here; the command prints the text of each as its one line.

LocalError
├── MissingPiece     something is not installed and we may not install it; the text says what to run
├── ProcessEnded     a server or service ended by itself; the text ends with its last words
├── NotReady         it runs, but did not get ready in time
└── FolderInUse      another ./sesame works in this folder
"""


class LocalError(Exception):
    pass


class MissingPiece(LocalError):
    pass


class ProcessEnded(LocalError):
    pass


class NotReady(LocalError):
    pass


class FolderInUse(LocalError):
    pass
