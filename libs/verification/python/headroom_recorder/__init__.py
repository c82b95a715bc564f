"""Records what watched functions return and what is logged, without changing what the program under test does.

What is used while that program runs is held here by name from the start: its tests may replace any function of the standard library.
"""
