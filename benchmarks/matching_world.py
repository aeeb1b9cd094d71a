"""A world of open invoices and bank deposits whose true answers are known; written before the matcher, and frozen.

Seed and mix are part of the benchmark: changing either is changing the question, so `FINGERPRINT` in the tests
pins both. Nothing here imports the normaliser or the matcher. A world is a stream of scenes; a scene is one
customer (or a few who are mistaken for each other) with open invoices, deposits and the truth. Scenes without
deposits fill up to the number of invoices, so 100,000 deposits meet 1,000,000 open invoices without being held
in memory.

Verdicts: IDENTIFIABLE = the facts name one answer, a matcher should post it. AMBIGUOUS = they do not, nothing
may be posted. OPTIONAL = a careful matcher may leave it to a person; if it posts, it must be right (counted in
precision, not in recall).

Mix per 1,000 scenes with deposits (table `MIX`); 66 % carry a reference, code or virtual account, the others
need a name:

    reference_exact          250  number in text, EDI or before the name, in any width; exact amount
    reference_fee_short       25  the same, less a bank fee of 110 to 880 yen
    reference_several         20  two or three numbers in the text, amount = their sum
    reference_partial         15  OPTIONAL: the number, about half of the amount
    reference_of_another       5  AMBIGUOUS: somebody else's number, but own name and own amount
    remitter_code            130  the bank's remitter code, exact amount
    remitter_code_several     25  the code, amount = sum of two or three invoices
    virtual_account          150  the number of the account is the customer; exact amount
    virtual_account_several   20  the same, sum of two or three
    virtual_account_over      15  OPTIONAL: more than all that is open
    name_exact                80  name as registered, amount of one invoice
    name_variant              60  width, small kana, voicing marks, dashes, prefixes; legal form moved, cut, missing
    name_fee_short            25  the name, less a bank fee
    name_truncated            15  long name cut at 15, 20 or 30 characters
    name_several              25  the name, amount = sum of two or three invoices
    name_partial              10  OPTIONAL: the name, about half of the amount
    name_over                  5  OPTIONAL: the name, more than all that is open
    deposits_for_one          10  two deposits of one payer that together make one invoice
    alias_learned             20  unlike any registered name, but learned for this bank account
    relative_pays             10  guardian or representative whom the customer's record names as payer
    wrong_person              15  AMBIGUOUS: a name nobody knows, amount of some open invoice
    same_name_strangers       15  AMBIGUOUS: two customers of one name, both with an invoice of this amount
    namesakes_other_amount    10  OPTIONAL: two customers of one name, only one owes this amount
    equal_amounts             15  AMBIGUOUS: one customer, two invoices of this amount; the truth is the older
    two_sums_fit              10  AMBIGUOUS: one customer, two different sets of invoices add up to the amount
    paid_twice                10  AMBIGUOUS: the same transfer again: the first is identifiable, the second is not
    unknown_payer             10  AMBIGUOUS: nobody's name, nobody's number
"""

import hashlib
import itertools
import random
from collections.abc import Iterator

from benchmarks.matching_facts import Scene
from benchmarks.matching_scenes import World
from benchmarks.matching_spelling import pick

SEED = 20261122

MIX = {
    "reference_exact": 250,
    "reference_fee_short": 25,
    "reference_several": 20,
    "reference_partial": 15,
    "reference_of_another": 5,
    "remitter_code": 130,
    "remitter_code_several": 25,
    "virtual_account": 150,
    "virtual_account_several": 20,
    "virtual_account_over": 15,
    "name_exact": 80,
    "name_variant": 60,
    "name_fee_short": 25,
    "name_truncated": 15,
    "name_several": 25,
    "name_partial": 10,
    "name_over": 5,
    "deposits_for_one": 10,
    "alias_learned": 20,
    "relative_pays": 10,
    "wrong_person": 15,
    "same_name_strangers": 15,
    "namesakes_other_amount": 10,
    "equal_amounts": 15,
    "two_sums_fit": 10,
    "paid_twice": 10,
    "unknown_payer": 10,
}


def scenes(deposits: int, invoices: int, seed: int = SEED) -> Iterator[Scene]:
    """Exactly `deposits` deposits against exactly `invoices` open invoices, as a stream in a stable order.

    Raises ValueError when there are too few invoices for the scenes (about four for each deposit are needed).
    """
    world = World(random.Random(seed))
    cases = tuple(itertools.chain.from_iterable([case] * weight for case, weight in MIX.items()))
    while world.deposit_count < deposits:
        scene = Scene()
        world.play(pick(world.rng, cases) if deposits - world.deposit_count > 1 else "reference_exact", scene)
        yield scene
        due = invoices * world.deposit_count // deposits
        while world.invoice_count < min(due, invoices - 1):
            yield world.bystander(min(6, due - world.invoice_count))
    if world.invoice_count > invoices:
        raise ValueError(f"{deposits} deposits need {world.invoice_count} invoices, not {invoices}.")
    while world.invoice_count < invoices:
        yield world.bystander(min(6, invoices - world.invoice_count))


def fingerprint(deposits: int, invoices: int, seed: int = SEED) -> str:
    """SHA-256 of a world; the same on every machine and Python version, so that nobody changes the question unseen."""
    digest = hashlib.sha256()
    for scene in scenes(deposits, invoices, seed):
        for rows in (scene.payers, scene.invoices, scene.deposits, scene.truths):
            digest.update(repr(rows).encode())
    return digest.hexdigest()
