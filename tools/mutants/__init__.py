"""Small faults put into the code, to see that a test catches each: `make mutants`."""
