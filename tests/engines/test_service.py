"""Service and leads in whole runs: what answers do, what seats cost, how leads become sales."""

import numpy as np
import pytest
from samples import FAR
from worlds import SERVED, STORE, begun, everything, small

from sim.domains import Prospect
from sim.engines.run import run
from sim.rules.rows import NEVER
from sim.rules.tally import Slot, block

from .events import events

SEED = 7
STAYING = {f"rules.leaving.{name}": 0.0 for name in ("natural", "fatigue", "neglect", "shock")}
# nobody comes or goes, all tiers ask alike: about 150 questions a day
STEADY = STAYING | {"pool.fans": 4000, "days": 56, "industry.questions": 1.15, "industry.closing": "online"}
STEADY |= {"rules.service.liking": 1.0, "rules.service.devoted": 1.0}


def total(ledger, name):
    return int(ledger.of(name).sum())


def within(ledger, bins):
    """Share of contacts answered within the first bins, from the second week on."""
    answers = ledger.of("ANSWERS")[7:]
    return answers[:, :bins].sum() / (answers.sum() + ledger.one("UNANSWERED")[7:].sum())


# ---------------------------------------------------------------------------------------------- staffing by promise


@pytest.mark.statistical
@pytest.mark.parametrize(("logic", "bins", "minutes"), [("growth", 3, 30), ("depletion", 5, 120)])
def test_nine_in_ten_contacts_are_answered_within_the_promise(logic, bins, minutes):
    """Growth staffs for 30 minutes, depletion for 120; seats come in hundredths, which adds up to half a percent."""
    scenario = small("car-dealer-service", STEADY)
    runs = [run(scenario, logic, SEED, replication) for replication in range(8)]
    found = np.array([within(r.ledger, bins) for r in runs])
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert error < 0.01
    assert 0.9 - FAR * error < found.mean() < 0.905 + FAR * error
    p90 = [r.daily.answer_minutes_p90.iloc[-1] for r in runs]
    assert np.mean(p90) == pytest.approx(minutes, rel=0.15)  # linear within a bin


def test_the_hurried_need_more_seats_and_pay_for_them():
    scenario = small("car-dealer-service", STEADY)
    quick, slow = (run(scenario, logic, SEED) for logic in ("growth", "depletion"))
    assert quick.ledger.seats.mean() > 1.05 * slow.ledger.seats.mean()
    for r in (quick, slow):
        g = r.ledger
        assert g.service.tolist() == [round(25_000 * seats) for seats in g.seats]
        assert (g.margin == g.contribution - g.ad_spend - g.content - g.service).all()
        assert r.daily.service_load.iloc[-1] == pytest.approx(
            g.one("QUEUED")[-28:].mean() / (g.seats[-1] * 8 * 12), rel=0.1
        )


def test_too_few_seats_leave_contacts_without_an_answer():
    changes = STEADY | {"logics.growth.service_seats": 1.0, "days": 60}  # 96 answers a day
    g = run(small("car-dealer-service", changes), "growth", SEED).ledger
    asked, answered = g.one("QUEUED")[14:].sum(), g.of("ANSWERS")[14:].sum()
    assert asked / len(g.seats[14:]) > 120
    assert answered / len(g.seats[14:]) == pytest.approx(96, rel=0.05)  # what the seats can do, no more


# ------------------------------------------------------------------------------------------------ what answers do

MUTE = {  # answers that do nothing
    "rules.service.event": 0.0,
    "rules.service.give_up": 0.0,
    "rules.tiers.reply": 0.0,
    "channels.wecom.joins_at_answer": 0.0,
    "channels.douyin-group.joins_at_answer": 0.0,
}
OF_SERVICE = {"QUESTIONS", "AUTOMATIC", "QUEUED", "ANSWERS", "ANSWER_MINUTES", "UNANSWERED", "GIVE_UPS"}


def test_questions_that_do_nothing_change_nothing_else():
    silent = everything(SERVED | MUTE | {"industry.questions": 0.0, "logics.depletion.service_seats": 0.0})
    a, b = (run(s, "depletion", SEED).ledger for s in (silent, everything(SERVED | MUTE)))
    changed = {name for name in Slot.__members__ if name != "END" and not np.array_equal(a.of(name), b.of(name))}
    assert changed == OF_SERVICE - {"GIVE_UPS"}


def served(**changes):
    """A run in which service is all that differs."""
    given = {key.replace("__", "."): value for key, value in changes.items()}
    return run(small("car-dealer-service", STEADY | {"days": 90} | given), "growth", SEED)


def test_quick_answers_earn_trust_and_none_costs_it():
    trust = [served(logics__growth__service_seats=seats).daily.trust_mean.iloc[-1] for seats in (0.0, 1.5, 4.0)]
    indifferent = served(rules__service__event=0.0).daily.trust_mean.iloc[-1]
    assert trust[0] < trust[1] < trust[2]
    assert trust[0] < indifferent < trust[2]


def test_answers_bring_fans_closer():
    near, far = served(), served(rules__tiers__reply=0.0)
    assert near.daily.intimacy_mean.iloc[-1] > 1.02 * far.daily.intimacy_mean.iloc[-1]


def test_automatic_replies_spare_the_team():
    alone, helped = (served(service__automatic=share, rules__service__event=0.0) for share in (0.0, 0.5))
    assert total(helped.ledger, "QUESTIONS") == total(alone.ledger, "QUESTIONS")
    asked, spared = total(helped.ledger, "QUESTIONS"), total(helped.ledger, "AUTOMATIC")
    assert abs(spared / asked - 0.5) < FAR * 0.5 / np.sqrt(asked)
    assert helped.ledger.seats[-1] < 0.8 * alone.ledger.seats[-1]


def test_answers_bring_new_members():
    shares = [served(channels__moments__joins_at_answer=share).ledger.of("CHANNEL_JOINS").sum() for share in (0.0, 0.3)]
    assert shares[1] > shares[0] + 500


def test_who_asks_in_vain_gives_up_from_the_fourth_time_on():
    """Without seats every question is in vain: the n-th leaves with .33 each from n = 4 on."""
    changes = {"logics__growth__service_seats": 0.0, "industry__questions": 6.0, "days": 40}
    leaving = served(**changes)
    patient = served(**changes, rules__service__give_up=0.0)
    assert total(patient.ledger, "GIVE_UPS") == total(patient.ledger, "EXITS") == 0
    gone = total(leaving.ledger, "GIVE_UPS")
    assert gone == total(leaving.ledger, "EXITS") > 1000
    later = served(**changes, rules__service__calls=8.0)
    assert 0 < total(later.ledger, "GIVE_UPS") < 0.8 * gone


@pytest.mark.statistical
@pytest.mark.parametrize(("give_up", "found_out"), [(0.33, False), (0.33 * 1.05, True)])
def test_the_share_of_those_who_give_up(give_up, found_out):
    """Questions in vain from the fourth on are tries with success probability .33."""
    simulation = begun(
        small(
            "car-dealer-service",
            STEADY | {"pool.fans": 20_000, "days": 60, "industry.questions": 6.0, "logics.growth.service_seats": 0.0},
        ),
        "growth",
        SEED,
    )
    tries = gone = 0
    for _ in range(60):
        before = simulation.rows.table()
        simulation.step()
        after = simulation.rows.table()
        left = (before["channels"] != 0) & (after["channels"] == 0)
        tries += int((left | ((after["attempts"] > before["attempts"]) & (after["attempts"] >= 4))).sum())
        gone += int(left.sum())
    z = (gone / tries - give_up) / np.sqrt(give_up * (1 - give_up) / tries)
    assert (abs(z) > FAR) == found_out


# ---------------------------------------------------------------------------------------------------------- leads


def sold(logic="depletion", name="used-cars", **changes):
    given = {key.replace("__", "."): value for key, value in changes.items()}
    return run(small(name, {"pool.fans": 2000} | given), logic, SEED).ledger


def per_lead(g, name):
    return total(g, name) / total(g, "LEADS")


def test_a_store_takes_no_commission_and_sells_only_to_leads_and_visitors():
    g = sold(store__visitors=2.0)
    assert total(g, "COMMISSION") == 0
    assert total(g, "ORDERS") == total(g, "SALES_LEADS") + total(g, "SALES_WALK_INS") >= 30
    assert total(g, "ORDERS_FIRST") == total(g, "ORDERS")  # nobody buys a second car (E-101)
    again = sold(industry__single_purchase=False, industry__sale_share=1.0, industry__visit_share=1.0)
    assert total(again, "ORDERS_FIRST") < total(again, "ORDERS")


def test_sooner_answered_leads_qualify_more_often():
    quick, slow = (sold(logics__depletion__reply_minutes=minutes) for minutes in (10, 240))
    assert total(quick, "LEADS") == pytest.approx(total(slow, "LEADS"), rel=0.1)
    assert per_lead(quick, "QUALIFIED") > 2 * per_lead(slow, "QUALIFIED")
    assert per_lead(quick, "SALES_LEADS") > per_lead(slow, "SALES_LEADS")


def test_without_cooling_the_wait_does_not_matter():
    g = sold(rules__leads__delay=0.0, logics__depletion__reply_minutes=240)
    asked, qualified = g.of("LEAD_ANSWERS").sum(axis=0), g.of("QUALIFIED").sum(axis=0)
    for group in (slice(0, 3), slice(3, 9)):
        n = asked[group].sum()
        assert abs(qualified[group].sum() / n - 0.4) < FAR * np.sqrt(0.24 / n)


def test_without_seats_leads_are_lost():
    g = sold(logics__depletion__service_seats=0.0)
    assert total(g, "UNANSWERED") == total(g, "QUEUED") > 100
    assert total(g, "QUALIFIED") == total(g, "SALES_LEADS") == 0


def test_a_lead_card_opens_the_way_to_those_who_do_not_follow():
    with_card, without = sold(), sold(rules__leads__card=0.0)
    assert total(without, "LEADS") == total(without, "LEADS_FOLLOWERS") > 50
    assert total(with_card, "LEADS") > 1.2 * total(with_card, "LEADS_FOLLOWERS")


@pytest.mark.parametrize("key", ["rules.leads.ready", "pool.trust", "industry.visit_share"])
def test_what_brings_more_sales(key):
    name = {
        "rules.leads.ready": "LEADS_FOLLOWERS",
        "pool.trust": "LEADS_FOLLOWERS",
        "industry.visit_share": "STORE_VISITS",
    }[key]
    low, high = (
        total(run(small("used-cars", {"pool.fans": 2000, key: x}), "growth", SEED).ledger, name) for x in (0.2, 0.6)
    )
    assert high > 1.3 * low > 20


def test_an_offer_at_the_time_of_need_brings_leads():
    """E-99: the same messages to open, useful ones or offers."""
    leads = []
    for value_share in (1.0, 0.0):
        logic = {"kind": "fixed", "pushes_per_week": {"direct": 3.0}, "value_share": value_share}
        changes = {"pool.fans": 2000, "logics.fixed": logic, "rules.trust.gain": 0.0, "rules.path.answer": 0.0}
        leads.append(total(run(small("car-dealer-service", changes), "fixed", SEED).ledger, "LEADS"))
    useful, offers = leads
    assert offers > 1.5 * useful > 300


def test_leads_survive_the_end_of_following():
    """The brand has the contact data: a decision stays open though the fan leaves, and may end in the store."""
    changes = {"rules.leaving.natural": 3.0, "industry.visit_share": 1.0, "industry.sale_share": 1.0}
    simulation = begun(small("used-cars", {"pool.fans": 3000, "feed.exposures_at_least": 0} | changes), "growth", SEED)
    for _ in range(60):
        simulation.step()
    people = simulation.rows.table()
    gone = people["left_on"] > NEVER
    kept = gone & (people["channels"] == 0) & (people["prospect"] == Prospect.QUALIFIED)
    assert kept.sum() > 5
    assert (people["due_on"][kept] >= 60).all()
    for _ in range(60):
        simulation.step()
    assert (simulation.rows.table()["orders"][: len(kept)][kept] > people["orders"][kept]).mean() > 0.5


def test_a_lead_that_waits_overnight_is_answered_on_the_next_day():
    simulation = begun(everything(STORE), "depletion", SEED)
    waited = 0
    for day in range(simulation.scenario.days):
        simulation.step()
        people = simulation.rows.table()
        waits = people["prospect"] == Prospect.WAITING
        waited += int(waits.sum())
        assert (people["due_on"][waits] == day + 1).all()
    assert waited > 10
    answers = simulation.ledger.of("LEAD_ANSWERS").sum(axis=0)
    assert answers[8] >= waited - int(waits.sum())


# ------------------------------------------------------------------------------------------------ closing elsewhere


def closed(leakage, friction):
    changes = {"industry.leakage": leakage, "industry.friction": friction, "rules.purchase.base": -1.0}
    return run(small("workplace-course", {"pool.fans": 2000} | changes), "depletion", SEED).ledger


def test_followers_orders_leave_the_platform_where_that_saves_money():
    never, always, dear = closed(0.0, 1.0), closed(1.0, 1.0), closed(1.0, 1e5)
    assert total(never, "MOVED") == total(dear, "MOVED") == 0
    assert np.array_equal(never.tallies, dear.tallies)
    assert total(always, "MOVED") == total(always, "ORDERS_FOLLOWERS") > 50
    assert total(always, "FRICTION") == 100 * total(always, "MOVED")
    assert total(always, "GMV") == total(never, "GMV")  # the same orders …
    saved = total(never, "COMMISSION") - total(always, "COMMISSION") - total(always, "FRICTION")
    assert always.contribution.sum() - never.contribution.sum() == saved > 0  # … at a lower cost


def test_half_of_them_can_be_moved():
    g = closed(0.5, 1.0)
    n = total(g, "ORDERS_FOLLOWERS")
    assert abs(total(g, "MOVED") / n - 0.5) < FAR * 0.5 / np.sqrt(n)


def test_gmv_of_members_is_that_of_their_orders():
    g = closed(0.0, 1.0)
    letters, rooms = g.of("GMV_MEMBERS")[:, :2].sum(axis=0)
    assert 0 < rooms < letters <= total(g, "GMV_FOLLOWERS")
    assert block(g.tallies.sum(axis=0), "GMV_MEMBERS")[2:].sum() == 0


def test_nobody_asks_where_the_file_says_nothing():
    found = events(run(everything(), "depletion", SEED).ledger)
    assert not {"QUESTIONS", "LEADS", "MOVED", "WALK_INS"} & set(found)
