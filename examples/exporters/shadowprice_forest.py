"""Writes forests of causalml, EconML and scikit-learn as JSON that `importModel` of shadowprice reads.

    import json, shadowprice_forest
    forest = UpliftRandomForestClassifier(control_name="control").fit(x, treatment, y)
    json.dump(shadowprice_forest.from_causalml_uplift(forest, ["recency", "history"]), open("model.json", "w"))

In JavaScript: `importModel(await readFile("model.json"))`; of an uplift forest `againstControl(model, "control")` gives each
treatment's uplift, of an EconML forest `solvedEffects(model)` the effects. Thresholds and leaves are copied as they are, averages
are taken in the same order and precision.

A forest of any other library (grf: a tree's split_vars, split_values and the means of its leaves' samples) can be written in the same
form, which is PortableForest in the package's types.
"""
import numpy as np


def from_sklearn(model, features=None):
    """RandomForestRegressor, ExtraTreesRegressor (one output): the mean over the trees."""
    trees = [_tree(one.tree_, one.tree_.value[:, :, 0]) for one in model.estimators_]
    return _forest(model, "scikit-learn", features, ["score"], trees)


def from_causalml_uplift(model, features=None):
    """UpliftRandomForestClassifier: an output for each group, the probability of the outcome, averaged over the trees."""
    groups = [str(group) for group in model.classes_]
    trees = []
    for one in model.estimators_:
        own = [str(group) for group in one.classes_]
        value = one.tree_.value[:, :, 0]
        columns = [value[:, own.index(g)] if g in own else np.zeros(len(value)) for g in groups]
        trees.append(_tree(one.tree_, np.stack(columns, axis=1)))
    return _forest(model, "causalml", features, groups, trees)


def from_causalml_causal(model, features=None):
    """CausalRandomForestRegressor with one treatment: the effect, averaged over the trees."""
    trees = [_tree(t.tree_, t.tree_.value[:, 1:2, 0] - t.tree_.value[:, 0:1, 0]) for t in model.estimators_]
    return _forest(model, "causalml", features, ["score"], trees)


def from_econml(model, features=None):
    """CausalForest of econml.grf: what its trees average, the moments alpha_i and their Jacobian jac_ij.

    The effects are the solution of jac · effects = alpha: `solvedEffects` in JavaScript. Of a CausalForestDML pass `model.model_cate`
    of the one outcome (its first estimator).
    """
    n = model.n_outputs_
    outputs = [f"alpha_{i}" for i in range(n)] + [f"jac_{i}_{j}" for i in range(n) for j in range(n)]
    trees = []
    for one in model.estimators_:
        tree = one.tree_
        nodes = tree.node_count
        value = np.concatenate([tree.precond.reshape(nodes, -1)[:, :n], tree.jac.reshape(nodes, -1)], axis=1)
        trees.append(_tree(tree, value, single=False))
    return _forest(model, "econml", features, outputs, trees, compares="f64")


def _tree(tree, value, single=True):
    threshold = np.asarray(tree.threshold, dtype=np.float64)
    if single:
        # Rows are f32 there and thresholds f64: x <= t is x <= the largest f32 that is not above t.
        narrow = threshold.astype(np.float32)
        narrow = np.where(narrow > threshold, np.nextafter(narrow, np.float32(-np.inf)), narrow)
        threshold = narrow.astype(np.float64)
    leaf = np.asarray(tree.children_left) == -1
    missing = getattr(tree, "missing_go_to_left", None)
    written = {
        "feature": np.where(leaf, -1, tree.feature).tolist(),
        "threshold": np.where(leaf, 0, threshold).tolist(),
        "left": np.asarray(tree.children_left).tolist(),
        "right": np.asarray(tree.children_right).tolist(),
        "value": [row.tolist() if is_leaf else [] for row, is_leaf in zip(value, leaf)],
    }
    if missing is not None:
        written["missing_left"] = [bool(m) for m in missing]
    return written


def _forest(model, source, features, outputs, trees, compares="f32"):
    import importlib.metadata

    count = model.n_features_in_ if hasattr(model, "n_features_in_") else model.n_features_
    names = list(features) if features is not None else [f"f{i}" for i in range(count)]
    return {
        "format": "shadowprice-forest",
        "version": 1,
        "source": f"{source} {importlib.metadata.version(source)}",
        "features": names,
        "outputs": outputs,
        "compares": compares,
        "sums": "f64",
        "test": "<=",
        "divisor": len(trees),
        "trees": trees,
    }
