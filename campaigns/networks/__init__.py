"""The network of a partnership: its members over time, and its picture."""
