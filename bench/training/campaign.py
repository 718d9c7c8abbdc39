"""Forests of causalml and EconML on the file of the generated campaign: effects of new users to files of f64, seconds by learner on stdout.

python campaign.py FOLDER ROWS FEATURES TREES OUTCOME
"""
import json
import sys
import time
import warnings

import numpy as np
from causalml.inference.tree import CausalRandomForestRegressor, UpliftRandomForestClassifier
from econml.dml import CausalForestDML
from econml.grf import CausalForest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingRegressor

warnings.filterwarnings("ignore")
folder, rows, features, trees, outcome = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
column = lambda name, kind: np.fromfile(f"{folder}/{name}", kind)
x = column("features", np.float32).reshape(features, rows).T.copy()
new = column("new", np.float32).reshape(features, rows).T.copy()
arm = column("arm", np.uint8)
y = column(outcome, np.float64)


def uplift_forest(criterion, depth):
    forest = UpliftRandomForestClassifier(
        control_name="0", n_estimators=trees, max_depth=depth, evaluationFunction=criterion, random_state=1, n_jobs=1)
    forest.fit(x, arm.astype(str), y.astype(int))
    return forest.predict(new)


def causal_forest_of_causalml():
    effects = []
    for one in (1, 2):
        own = (arm == 0) | (arm == one)
        forest = CausalRandomForestRegressor(n_estimators=trees, random_state=1, n_jobs=1)
        forest.fit(x[own], (arm[own] == one).astype(int), y[own])
        effects.append(forest.predict(new).ravel())
    return np.column_stack(effects)


def grf(leaf=5):
    forest = CausalForest(n_estimators=trees, min_samples_leaf=leaf, random_state=1, n_jobs=1, inference=False)
    forest.fit(x, np.column_stack([arm == 1, arm == 2]).astype(float), y)
    return forest.predict(new)


def dml():
    # The chances are known, and the same for all.
    forest = CausalForestDML(
        model_y=HistGradientBoostingRegressor(random_state=1), model_t=DummyClassifier(strategy="prior"),
        discrete_treatment=True, n_estimators=trees, min_samples_leaf=100, random_state=1, n_jobs=1, inference=False)
    forest.fit(y, arm.astype(int), X=x)
    return np.column_stack([forest.effect(new, T0=0, T1=one) for one in (1, 2)])


learners = {
    "EconML, grf": grf,
    "EconML, grf, 100 in a leaf": lambda: grf(100),
    "EconML, grf, 500 in a leaf": lambda: grf(500),
    "EconML, CausalForestDML, 100 in a leaf": dml,
    "causalml, causal forest an arm": causal_forest_of_causalml,
}
if outcome == "ordered":
    for criterion, depth in (("KL", 5), ("CTS", 5)):
        learners[f"causalml, uplift forest, {criterion}, depth {depth}"] = lambda c=criterion, d=depth: uplift_forest(c, d)
seconds = {}
for number, (name, learn) in enumerate(learners.items()):
    start = time.perf_counter()
    effects = learn()
    seconds[name] = time.perf_counter() - start
    np.ascontiguousarray(effects.T, np.float64).tofile(f"{folder}/effects{number}")
    print(name, seconds[name], file=sys.stderr, flush=True)
print(json.dumps(seconds))
