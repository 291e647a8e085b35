"""Guard: every upload is hostile until it has been read, in a process of its own that may do next to nothing.

>>> from solvent.files.guard.read import read_guarded
>>> from solvent.intake.intake import Known, Source
>>> [problem.code for problem in read_guarded(Source("sales.csv", b"\\x89PNG\\r\\n"), Known()).ledger.problems]
['sources.guard.kind']
"""
