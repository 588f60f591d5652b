"""What passes between the stages: tables, documents, problems, outcomes."""
