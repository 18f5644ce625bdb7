"""How a grader looks at a lab: packets on the wire, and what devices say of themselves."""
