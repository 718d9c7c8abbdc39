"""One multiple-choice knapsack by OR-Tools CP-SAT with one worker: a JSON file in, {seconds, status, value} out."""

import json
import sys

from ortools.sat.python import cp_model

with open(sys.argv[1]) as file:
    problem = json.load(file)
values, costs = problem["values"], problem["costs"]
model = cp_model.CpModel()
taken, worth, weight = [], [], []
for user in range(len(values[0])):
    own = [model.new_bool_var("") for _ in values]
    if problem["exactlyOne"]:
        model.add_exactly_one(own)
    else:
        model.add_at_most_one(own)
    taken += own
    worth += [column[user] for column in values]
    weight += [column[user] for column in costs]
model.add(cp_model.LinearExpr.weighted_sum(taken, weight) <= problem["budget"])
model.maximize(cp_model.LinearExpr.weighted_sum(taken, worth))
solver = cp_model.CpSolver()
solver.parameters.num_workers = 1
solver.parameters.max_time_in_seconds = problem["cap"]
solver.parameters.relative_gap_limit = 0
status = solver.solve(model)
found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
print(
    json.dumps(
        {
            "seconds": solver.wall_time,
            "status": solver.status_name(status),
            "value": solver.objective_value if found else 0,
        }
    )
)
