"""Many runs: designs, experiments, executors, and a store that never runs one twice."""
