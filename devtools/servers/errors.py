"""What can go wrong with private servers; the command prints the text of each as its one line.

OperationError
├── MissingPiece     something is not installed and we may not install it; the text says what to run
├── ProcessEnded     a server or service ended by itself; the text ends with its last words
├── NotReady         it runs, but did not get ready in time
└── FolderInUse      another ./sesame works in this folder
"""

from operations.errors import OperationError


class MissingPiece(OperationError):
    pass


class ProcessEnded(OperationError):
    pass


class NotReady(OperationError):
    pass


class FolderInUse(OperationError):
    pass
