"""Parses a scrape with Prometheus' own Python parsers. Prints the names of the families, one a line."""
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text

parse = {"text": text, "openmetrics": openmetrics}[sys.argv[1]]
for family in parse(sys.stdin.read()):
    print(family.name)
