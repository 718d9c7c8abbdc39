"""LightGBM, one thread, on the file that ours trained on: seconds of binning and of training, and the loss on rows that were held out."""
import json
import sys
import time

import lightgbm as lgb
import numpy as np

path, (rows, features, held, trees, leaves), objective = sys.argv[1], map(int, sys.argv[2:7]), sys.argv[7]
with open(path, "rb") as file:
    x = np.ascontiguousarray(np.fromfile(file, np.float32, rows * features).reshape(features, rows).T)
    amount, binary = np.fromfile(file, np.float64, rows), np.fromfile(file, np.float64, rows)
y = amount if objective == "regression" else binary
n = rows - held
start = time.perf_counter()
data = lgb.Dataset(x[:n], y[:n])
parameters = {"objective": objective, "num_leaves": leaves, "learning_rate": 0.1, "min_data_in_leaf": 20, "num_threads": 1, "verbosity": -1, "max_bin": 255}
data.params = parameters
data.construct()
binned = time.perf_counter() - start
model = lgb.train(parameters, data, num_boost_round=trees)
seconds = time.perf_counter() - start
p = model.predict(x[n:], num_threads=1)
loss = np.mean((p - y[n:]) ** 2) if objective == "regression" else -np.mean(np.where(y[n:] == 1, np.log(p), np.log(1 - p)))
print(json.dumps({"seconds": seconds, "binning": binned, "loss": float(loss)}))
