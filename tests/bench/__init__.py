"""The benchmark: `make bench` prints how long the catalogue takes, beside the least it could take.

Beside each work stands the best SQL that we could write by hand for the same answer, on the same
tables, behind a bare WSGI function under the same server, measured in the same run. No test
asserts a time; tests/bench/test_works.py asserts that both give the same answer.
"""
