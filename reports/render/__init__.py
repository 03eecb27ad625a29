"""The four forms of a report; each lays out the same `Document` and computes nothing."""
