"""Writes forests of causalml, EconML, grf and scikit-learn as JSON that `importModel` of shadowprice reads.

    import json, shadowprice_forest
    forest = UpliftRandomForestClassifier(control_name="control").fit(x, treatment, y)
    json.dump(shadowprice_forest.from_causalml_uplift(forest, ["recency", "history"]), open("model.json", "w"))

In JavaScript: `importModel(await readFile("model.json"))`; of an uplift forest `againstControl(model, "control")` gives each
treatment's uplift, of an EconML or grf forest `solvedEffects(model)` the effects. Thresholds and leaves are copied as they are, averages
are taken in the same order and precision.

A forest of any other library can be written in the same form, which is PortableForest in the package's types.
"""
import numpy as np


def from_sklearn(model, features=None):
    """RandomForestRegressor, ExtraTreesRegressor (one output): the mean over the trees."""
    trees = [_tree(one.tree_, one.tree_.value[:, :, 0]) for one in model.estimators_]
    return _fitted(model, "scikit-learn", features, ["score"], trees)


def from_causalml_uplift(model, features=None):
    """UpliftRandomForestClassifier: an output for each group, the probability of the outcome, averaged over the trees."""
    groups = [str(group) for group in model.classes_]
    trees = []
    for one in model.estimators_:
        own = [str(group) for group in one.classes_]
        value = one.tree_.value[:, :, 0]
        columns = [value[:, own.index(g)] if g in own else np.zeros(len(value)) for g in groups]
        trees.append(_tree(one.tree_, np.stack(columns, axis=1)))
    return _fitted(model, "causalml", features, groups, trees)


def from_causalml_causal(model, features=None):
    """CausalRandomForestRegressor with one treatment: the effect, averaged over the trees."""
    trees = [_tree(t.tree_, t.tree_.value[:, 1:2, 0] - t.tree_.value[:, 0:1, 0]) for t in model.estimators_]
    return _fitted(model, "causalml", features, ["score"], trees)


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
    return _fitted(model, "econml", features, outputs, trees, compares="f64")


def from_grf(forest, kind="causal_forest", features=None):
    """A forest of grf 2: causal_forest, multi_arm_causal_forest (one outcome), instrumental_forest or regression_forest, as `kind` says.

    `forest` has the parts of the fitted object by name: `grf_forest_` of skgrf, or R's object as a dictionary (by rpy2; or by jsonlite:
    write_json(unclass(forest)[grep("^_", names(forest))], path, digits = I(17))).

    Leaves hold means of outcome Y, treatments W, instruments Z and their products, averaged over the trees whose leaf is not empty. grf's effects
    t solve  ZY = ZW t + Z m,  Y = W t + G m  (G the weights; Z is W but for instruments): `solvedEffects` in JavaScript, effect_0 … in the order
    of the arms, then the intercept m. Of a regression forest effect_0 is the prediction. Empty leaves count as zeros: all are ratios in the end.
    """
    part = lambda name: forest[name if name in forest else "_" + name]
    count = {int(np.ravel(n)[0]) for n in part("pv_num_types")}
    # Where the equations' numbers stand in a leaf: right sides, then the matrix row by row.
    if kind in ("causal_forest", "instrumental_forest"):
        types, rights, matrix = 7, [3, 0], [[4, 2], [1, 6]]
    elif kind == "regression_forest":
        types, rights, matrix = 2, [0], [[1]]
    elif kind == "multi_arm_causal_forest":
        # K arms: G, Y, W, YW, WW are K (K + 2) + 2 numbers.
        k = max(round((min(count) - 1) ** 0.5) - 1, 1)
        w, yw, ww = [range(start, start + k) for start in (2, 2 + k, 2 + 2 * k)]
        rights = [*yw, 1]
        matrix = [[ww[0] + i + k * j for j in range(k)] + [w[i]] for i in range(k)] + [[*w, 0]]
        types = k * (k + 2) + 2
    else:
        raise ValueError(f"{kind} is none of causal_forest, multi_arm_causal_forest, instrumental_forest, regression_forest")
    if count != {types}:
        raise ValueError(f"the leaves of this forest hold {sorted(count)} numbers, which is no {kind} of grf 2 with one outcome")
    n = len(rights)
    outputs = [f"alpha_{i}" for i in range(n)] + [f"jac_{i}_{j}" for i in range(n) for j in range(n)]
    means = rights + [number for row in matrix for number in row]
    columns = ["root_nodes", "child_nodes", "split_vars", "split_values", "send_missing_left", "pv_values"]
    trees = [_grf_tree(int(np.ravel(root)[0]), *rest, means) for root, *rest in zip(*map(part, columns))]
    return _forest("grf", features, int(np.ravel(part("num_variables"))[0]), outputs, trees, compares="f64")


def _grf_tree(root, children, variables, values, missing_left, leaves, means):
    """Numbered anew from the root, which pruning may have moved, each node before its children."""
    left, right = children
    order, written = [root], {"feature": [], "threshold": [], "left": [], "right": [], "value": [], "missing_left": []}
    for node in order:
        is_leaf = left[node] == 0 and right[node] == 0
        threshold = 0.0 if is_leaf else float(values[node])
        # A split on being missing alone: no number goes left.
        is_missing = np.isnan(threshold)
        written["feature"].append(-1 if is_leaf else int(variables[node]))
        written["threshold"].append(float(np.finfo(np.float64).min) if is_missing else threshold)
        written["left"].append(-1 if is_leaf else len(order))
        written["right"].append(-1 if is_leaf else len(order) + 1)
        written["missing_left"].append(bool(is_missing or missing_left[node]))
        held = np.ravel(leaves[node]) if is_leaf else []
        written["value"].append([float(held[k]) if len(held) else 0.0 for k in means] if is_leaf else [])
        if not is_leaf:
            order += [int(left[node]), int(right[node])]
    return written


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


def _fitted(model, source, features, outputs, trees, compares="f32"):
    import importlib.metadata

    count = model.n_features_in_ if hasattr(model, "n_features_in_") else model.n_features_
    return _forest(f"{source} {importlib.metadata.version(source)}", features, count, outputs, trees, compares)


def _forest(source, features, count, outputs, trees, compares):
    names = list(features) if features is not None else [f"f{i}" for i in range(count)]
    return {
        "format": "shadowprice-forest",
        "version": 1,
        "source": source,
        "features": names,
        "outputs": outputs,
        "compares": compares,
        "sums": "f64",
        "test": "<=",
        "divisor": len(trees),
        "trees": trees,
    }
