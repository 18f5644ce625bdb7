"""Write and run graders: pytest functions whose docstring is the sentence that the learner reads."""

from netlab.grading.mark import check

__all__ = ["check"]
