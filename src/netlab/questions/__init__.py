"""What a lab asks of its learner beside a network that works: answers, a diagnosis, written work, files."""
