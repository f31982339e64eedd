"""Pipelines of plain imgaug, written as JSON, made into policies of ours."""
