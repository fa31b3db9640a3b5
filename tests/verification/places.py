"""Who draws in the code, and which checks look after it: the list is complete, or a test fails.

``sites`` reads the source; ``LOOKED_AFTER`` says for each place what becomes of the draw and where that is checked.
What is compared with a probability alone (u < p) is a Bernoulli draw, checked by "uniform at every decision".
"""

import ast
from pathlib import Path

from .samplers import OF_SAMPLER

SOURCE = Path(__file__).parents[2] / "sim"
BERNOULLI = ("uniform at every decision",)

LOOKED_AFTER = {
    # engines
    "engines/accounts.py:ban_accounts": BERNOULLI,
    "engines/admission.py:fill_draws": BERNOULLI,  # the lowest draws are admitted
    "engines/agents.py:live": ("daily draws",),
    "engines/agents.py:_rules_for": ("daily draws",),
    "engines/calm.py:look_at_needs": ("Poisson quantile", "uniform at every decision"),
    "engines/field.py:qualities": ("normal quantile",),  # quantiles of a law, no chance
    "engines/network.py:stub_drawn": ("stub met",),
    "engines/network.py:draw_open": ("used stubs of a newcomer",),
    "engines/network.py:draw_classes": ("degrees of the pool",),
    "engines/network.py:settle_invitations": BERNOULLI,
    "engines/reservoir.py:kind_to_stranger": ("kind of a first response",),
    "engines/reservoir.py:next_response": ("kind of a first response", "clock of first responses"),
    "engines/reservoir.py:__init__": ("clock of first responses",),
    "engines/words.py:draw": ("unit of a word", "daily draws"),
    # rules
    "rules/accounts.py:follows_two": BERNOULLI,
    "rules/asking.py:ask": BERNOULLI,
    "rules/asking.py:question": BERNOULLI,
    "rules/asking.py:answer_time": ("waits of contacts",),
    "rules/asking.py:channels_at_answer": BERNOULLI,
    "rules/buying.py:decision_day": ("exponential",),
    "rules/buying.py:buy": ("Poisson", "Poisson quantile", "uniform at every decision"),
    "rules/cascade.py:content_draws": ("first pools of contents", "pools that contents reach"),
    "rules/fan_day.py:private_day": ("exponential",),
    "rules/fan_day.py:public_day": ("exponential", "uniform at every decision"),
    "rules/guiding.py:is_guided": BERNOULLI,
    "rules/guiding.py:write_to_brand": BERNOULLI,
    "rules/invited.py:invited_response": ("exponential",),
    "rules/membership.py:keeps_out": BERNOULLI,
    "rules/membership.py:channels_at_follow": BERNOULLI,
    "rules/membership.py:channels_at_scan": BERNOULLI,
    "rules/membership.py:channel_joined": ("channel joined",),
    "rules/orders.py:order": ("baskets", "experience of a product", "uniform at every decision"),
    "rules/orders.py:moves_elsewhere": BERNOULLI,
    "rules/people.py:stranger": ("exponential",),
    "rules/people.py:person_at": ("tolerance", "frailty", "need rate", "affinity", "prior of trust"),
    "rules/people.py:attrition_trait": ("attrition trait",),
    "rules/people.py:segment_of_member": ("tiers, segments and channels of the pool",),
    "rules/people.py:is_customer": ("tiers, segments and channels of the pool",),
    "rules/people.py:initial_fan": (
        "tiers, segments and channels of the pool", "age of initial fans", "clock of exposures",
        "a fan at the end of the day before day 0",
    ),
    "rules/prospects.py:buy_in_store": ("Poisson", "Poisson quantile"),
    "rules/prospects.py:pursue": BERNOULLI,
    "rules/prospects.py:qualify": BERNOULLI,
    "rules/reading.py:read_messages": BERNOULLI,
    "rules/reading.py:comes_unasked": BERNOULLI,
    "rules/response.py:first_response": ("exponential", "uniform at every decision"),
    "rules/retargeting.py:retargeted": BERNOULLI,
    "rules/search.py:searches": BERNOULLI,
    "rules/staying.py:stay_mute_or_leave": ("cause of an exit", "uniform at every decision"),
    "rules/staying.py:channel_left": ("channel left",),
}  # fmt: skip


def sites(source=SOURCE):
    """Places that draw, FILE:FUNCTION → names of samplers called; sim/streams.py itself is not a place."""
    found = {}
    for file in sorted(source.rglob("*.py")):
        if file.name == "streams.py" or "theory" in file.relative_to(source).parts:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imported = {
            alias.asname or alias.name: alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "sim.streams"
            for alias in node.names
        }
        for one in tree.body:  # as in draw = at_once(uniform)
            if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and isinstance(one.value, ast.Call):
                for given in one.value.args:
                    if isinstance(given, ast.Name) and given.id in imported:
                        imported[one.targets[0].id] = imported[given.id]
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
            calls = {
                imported[n.func.id]
                for n in ast.walk(function)
                if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and imported.get(n.func.id) in OF_SAMPLER
            }
            if calls:
                found[f"{file.relative_to(source).as_posix()}:{function.name}"] = calls
    return found
