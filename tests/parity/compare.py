"""Where two interpreters' results of one test file differ, whether for good, and whether that is known."""

import collections
import dataclasses
import fnmatch
import os

END = "(the whole file)"
EXITS = {("exit 0",), ("exit 2",)}  # regrtest's, without and with failed cases


@dataclasses.dataclass(frozen=True)
class Difference:
    file: str
    case: str
    python: tuple[str, ...]  # what each run gave
    polyhost: tuple[str, ...]
    flaky: bool
    reason: str = ""  # why it may differ, from the list of known ones

    def __str__(self):
        lines = [f"  {self.case}" + ("   (flaky: differs between runs of the same interpreter)" if self.flaky else "")]
        for label, outcomes in (("python3", self.python), ("polyhost", self.polyhost)):
            lines.append(f"    {label:9} " + "; then ".join(dict.fromkeys(outcomes)))
        if self.reason:
            lines.append(f"    known     {self.reason}")
        return "\n".join(lines)


def as_if_at(result, path, other):
    """The result, with the path of the executable and of its directory replaced in reasons: they alone may differ."""
    def renamed(outcome):
        detail = outcome.detail.replace(path, other).replace(os.path.dirname(path) + "/", os.path.dirname(other) + "/")
        return dataclasses.replace(outcome, detail=detail)
    return dataclasses.replace(result, cases={case: list(map(renamed, outcomes)) for case, outcomes in result.cases.items()})


def cases_of(result):
    """Case -> its outcomes, in an order of their own, as cases of a name may run in any."""
    cases = {case: tuple(sorted(outcomes, key=lambda outcome: (outcome.kind, outcome.detail)))
             for case, outcomes in result.cases.items()}
    cases[END] = (result.end,)
    return cases


def shown(outcomes):
    if not outcomes:
        return "no result"
    return ", ".join(f"{count} x {text}" if count > 1 else text
                     for text, count in collections.Counter(map(str, outcomes)).items())


def same(python, polyhost):
    return cases_of(python) == cases_of(polyhost)


def differences(file, pythons, polyhosts):
    """pythons and polyhosts: the results of the runs under each, as many of one as of the other."""
    pythons, polyhosts = ([cases_of(result) for result in results] for results in (pythons, polyhosts))
    cases = sorted(set().union(*pythons, *polyhosts) - {END})
    differ = False
    for case in [*cases, END]:
        ours, theirs = ([run.get(case, ()) for run in runs] for runs in (polyhosts, pythons))
        if ours == theirs or (case == END and differ and {*ours, *theirs} <= EXITS):  # that follows from the case
            continue
        differ = True
        flaky = len(set(ours)) > 1 or len(set(theirs)) > 1
        yield Difference(file, case, tuple(map(shown, theirs)), tuple(map(shown, ours)), flaky)


def read_known(path):
    """The lines `FILE CASE = REASON`; CASE is a pattern."""
    known = {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, _, reason = (part.strip() for part in line.partition(" = "))
            if not reason or len(name.split(None, 1)) != 2:
                raise ValueError(f"{path}:{number}: write 'FILE CASE = REASON', not {line.strip()!r}")
            known[name] = reason
    return known


def explained(difference, known):
    for name, reason in known.items():
        if explains(name, difference):
            return dataclasses.replace(difference, reason=reason)
    return difference


def explains(name, difference):
    file, case = name.split(None, 1)
    return difference.file == file and fnmatch.fnmatchcase(difference.case, case)


def outdated(known, tests, found):
    """Names of known differences that are no longer seen, by file."""
    for name in known:
        file = name.split(None, 1)[0]
        if file in tests and not any(explains(name, difference) for difference in found.get(file, ())):
            yield file, name
