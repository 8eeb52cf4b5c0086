"""What sources state about records: one typed row a statement, and the rules that it must keep.

Imports `records`.
"""
