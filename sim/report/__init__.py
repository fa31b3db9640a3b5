"""The report: figures, tables, words and the verdict, from finished runs and comparisons."""
