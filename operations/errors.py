"""What an operator's command can't do; the command prints the text as its one line."""


class OperationError(Exception):
    pass
