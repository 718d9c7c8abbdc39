"""Uplift forests of causalml, one thread, on the file that ours trained on: {seconds, peak bytes} by number of features a node."""
import json
import resource
import sys
import time
import warnings

import numpy as np
from causalml.inference.tree import UpliftRandomForestClassifier

warnings.filterwarnings("ignore")
path, (rows, features, tries, trees) = sys.argv[1], map(int, sys.argv[2:6])
with open(path, "rb") as file:
    x = np.fromfile(file, np.float32, rows * features).reshape(features, rows).T.copy()
    treated = np.fromfile(file, np.uint8, rows)
    outcome = np.fromfile(file, np.uint8, rows).astype(int)
treatment = np.array(["control", "treated"])[treated]
start = time.perf_counter()
forest = UpliftRandomForestClassifier(control_name="control", n_estimators=trees, max_depth=5, max_features=tries, random_state=1, n_jobs=1)
forest.fit(x, treatment, outcome)
seconds = time.perf_counter() - start
effect = forest.predict(x[:20000]).ravel()
print(json.dumps({"seconds": seconds, "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "effect": float(effect.mean())}))
