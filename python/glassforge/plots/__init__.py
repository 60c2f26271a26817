"""The figures of the report: each module draws one section and says in words what is seen."""
