"""What a script may catch when C++ does not compile."""


class CompileError(ImportError):
    """C++ that did not compile, or could not be compiled. `diagnostics`: list of Diagnostic, errors first met first;
    `output` (str): all that the compiler said. Both are empty where no compiler has run."""

    def __init__(self, message, diagnostics=(), output=""):
        super().__init__(message)
        self.diagnostics, self.output = list(diagnostics), output


class CompileWarning(UserWarning):
    """A warning of the compiler's, at the line of C++ that it is about."""


for public in (CompileError, CompileWarning):
    public.__module__ = "polyhost"
