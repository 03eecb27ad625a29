"""What is answered about an assessment as the caller may see it: plain data, for HTTP and pages alike."""
