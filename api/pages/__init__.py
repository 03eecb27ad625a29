"""The pages of the service: an assessment and a question become small views, and views become HTML."""
