"""A claimed day -> send -> record: settled before it is tried again, so that it is never posted twice."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from bot.daily.posting import NONCE_WINDOW, Absent, Post, Poster, Refused, Result, Sent, Unreached, Unreadable, Unsure
from bot.daily.rotation import choose
from bot.library import Library
from bot.model import Clock, Delivery, Outcome, Subscription
from bot.storage import deliveries, subscriptions
from bot.storage.database import Database

LEASE: Final = timedelta(seconds=45)
"""How long an attempt is left alone; a claim without a result, as after a crash, is looked at after it."""
FIRST_RETRY: Final = timedelta(seconds=15)
LONGEST_RETRY: Final = timedelta(minutes=15)
CATCH_UP: Final = timedelta(minutes=5)
"""How long a day that an admin posts late is tried, however long ago it was due."""
SUSPENDING: Final = ("50001", "50013", "10003")
"""Discord's codes for no access, no permission and no such channel; nothing else suspends."""
_log = logging.getLogger(__name__)


class Deliverer:
    """Claims days and delivers what was claimed, one attempt at a time."""

    def __init__(self, database: Database, library: Library, poster: Poster, clock: Clock, grace: timedelta) -> None:
        self._database = database
        self._library = library
        self._poster = poster
        self._clock = clock
        self._grace = grace

    async def claim(
        self, subscription: Subscription, due_at: datetime, next_: tuple[date, datetime]
    ) -> Delivery | None:
        """Claim the day that a subscription waits for, with its commitment; None where another was first.

        Raises NoSuchDocument, NoCommitments.
        """
        row, bag_from = await self._choose(subscription, subscription.due_date, due_at)
        claimed = await deliveries.claim(self._database, subscription, row, next_, bag_from)
        return row if claimed else None

    async def test(self, subscription: Subscription) -> Result:
        """Send what comes next, marked as a test, outside the ledger. Raises NoSuchDocument, NoCommitments."""
        row, _ = await self._choose(subscription, subscription.due_date, subscription.next_due_at)
        post = self._post(subscription, row)
        if post is None:  # a reload this very moment
            return Unreached("reloaded")
        return await self._poster.send(replace(post, nonce=secrets.token_hex(12), is_test=True))

    async def claim_again(self, subscription: Subscription, ended: Delivery) -> Delivery | None:
        """Claim a day anew that ended without a post; None where it has one, or is being posted."""
        row, bag_from = await self._choose(subscription, ended.local_date, ended.due_at)
        return row if await deliveries.claim_again(self._database, row, bag_from) else None

    async def _choose(self, subscription: Subscription, day: date, due_at: datetime) -> tuple[Delivery, date | None]:
        plan, now = subscription.plan, self._clock.now()
        commitments = self._library.commitments_of(plan.documents)
        posted = await deliveries.posted(self._database, subscription)
        choice = choose(commitments, posted, plan.order, f"{subscription.id}/{day}")
        commitment = choice.commitment
        row = Delivery(
            subscription_id=subscription.id,
            local_date=day,
            due_at=due_at,
            claimed_at=now,
            document=commitment.document.slug,
            citation=str(commitment.citation),
            digest=commitment.sentence.digest,
            attempts=1,
            tried_at=now,
            next_attempt_at=now + LEASE,
        )
        return row, day if choice.begins else subscription.bag_from

    async def deliver(self, subscription: Subscription, row: Delivery, *, fresh: bool = False) -> bool:
        """Make one attempt at an open claim, and return whether it stays open, to be tried again.

        `fresh` where it was claimed just now, so that nothing was sent yet.
        """
        settled = fresh or row.tried_at is None
        post, stop = self._post(subscription, row), self._stop(subscription, row)
        if row.tried_at is not None and not settled and self._must_look(row, post, stop):
            match await self._find(subscription, row, row.tried_at):
                case Absent():
                    settled = True
                case Unreached(reason, wait):
                    return await self._later(row, reason, wait, settled=False)
                case found:
                    return await self._found(subscription, row, post, found)
        if stop is not None and settled:
            return await self._end(subscription, row, *stop)
        if post is None:
            return await self._end(subscription, row, Outcome.FAILED, "reloaded")
        if not fresh and not await self._attempt(row, settled=settled):
            return False
        if not settled and row.tried_at is not None:
            post = replace(post, within=row.tried_at + NONCE_WINDOW - self._clock.now())
        return await self._record(subscription, row, post, await self._send(row, post), settled=settled)

    def _must_look(self, row: Delivery, post: Post | None, stop: object) -> bool:
        """Tell whether the channel is to be read first: its nonce is forgotten, or nothing is to be sent any more."""
        assert row.tried_at is not None
        return post is None or stop is not None or self._clock.now() - row.tried_at > NONCE_WINDOW

    def _stop(self, subscription: Subscription, row: Delivery) -> tuple[Outcome, str] | None:
        """Return how a claim ends that is not to be sent any more, if certainly nothing of it was."""
        if subscription.left_at is not None:
            return Outcome.MISSED, "removed"
        if subscription.paused:
            return Outcome.SKIPPED, "paused"
        if self._clock.now() > self._deadline(row):
            return Outcome.MISSED, row.reason or "down"
        return None

    def _deadline(self, row: Delivery) -> datetime:
        assert row.claimed_at is not None
        return max(row.due_at + self._grace, row.claimed_at + CATCH_UP)

    async def _attempt(self, row: Delivery, *, settled: bool) -> bool:
        now = self._clock.now()
        return await deliveries.attempt(self._database, row, now, now + LEASE, settled=settled)

    async def _send(self, row: Delivery, post: Post) -> Result:
        try:
            return await self._poster.send(post)
        except Exception:  # noqa: BLE001 - it may have arrived before, and its day must end all the same
            _log.exception("subscription %d, %s: a send failed", row.subscription_id, row.local_date)
            return Unsure("fault")

    async def _record(
        self, subscription: Subscription, row: Delivery, post: Post, result: Result, *, settled: bool
    ) -> bool:
        match result:
            case Sent(message_id):
                return await self._sent(subscription, row, post, message_id)
            case Unreached(reason, wait):
                return await self._later(row, reason, wait, settled=settled)
            case Unsure(reason):
                return await self._later(row, reason, timedelta(), settled=False)
            case Refused(reason) if settled:
                return await self._end(subscription, row, Outcome.FAILED, reason)
            case Refused(reason):
                # An earlier attempt may have arrived all the same.
                match await self._find(subscription, row, row.tried_at or self._clock.now()):
                    case Absent():
                        return await self._end(subscription, row, Outcome.FAILED, reason)
                    case Unreached():
                        return await self._later(row, reason, timedelta(), settled=False)
                    case found:
                        return await self._found(subscription, row, post, found, refused=reason)

    async def _find(
        self, subscription: Subscription, row: Delivery, since: datetime
    ) -> Sent | Absent | Unreadable | Unreached:
        if subscription.left_at is not None:
            return Unreadable("removed")
        key = delivery_key(subscription, row.local_date)
        try:
            found = await self._poster.find(subscription.guild_id, subscription.channel_id, key, since)
        except Exception:  # noqa: BLE001 - as above
            _log.exception("subscription %d, %s: a look failed", row.subscription_id, row.local_date)
            found = Unreached("fault")
        if isinstance(found, Unreached) and self._clock.now() > self._deadline(row):
            return Unreadable(found.reason)
        return found

    async def _found(
        self,
        subscription: Subscription,
        row: Delivery,
        post: Post | None,
        found: Sent | Unreadable,
        refused: str = "",
    ) -> bool:
        if isinstance(found, Unreadable):
            return await self._end(subscription, row, Outcome.UNKNOWN, found.reason, refused)
        return await self._sent(subscription, row, post, found.message_id)

    async def _sent(self, subscription: Subscription, row: Delivery, post: Post | None, message_id: int) -> bool:
        decorated = post is not None and (subscription.plan.thread or subscription.plan.publish)
        note = "interrupted" if decorated else None  # and so it stays if the process ends before the next record
        now = self._clock.now()
        if await deliveries.end(self._database, row, now, Outcome.SENT, message_id=message_id, note=note):
            _log.info("subscription %d, %s: sent as %d", row.subscription_id, row.local_date, message_id)
            if post is not None and decorated:
                note = await self._poster.decorate(subscription, post, message_id)
                await deliveries.set_note(self._database, row, note)
        return False

    async def _end(
        self, subscription: Subscription, row: Delivery, outcome: Outcome, reason: str, refused: str = ""
    ) -> bool:
        """End a day that has no post for certain; `refused` is the code that suspends, where it is not the reason."""
        code = refused or reason
        suspend = code if code in SUSPENDING else None
        await deliveries.end(self._database, row, self._clock.now(), outcome, reason, suspend=suspend)
        _log.info("subscription %d, %s: %s (%s)", row.subscription_id, row.local_date, outcome, reason)
        if suspend is not None:
            _log.warning("subscription %d is suspended: Discord answered %s", subscription.id, suspend)
            await self.tell(subscription.id)
        return False

    async def tell(self, subscription_id: int) -> None:
        """Tell the admins of a suspension, once; whom nobody could be told it, waits for the next /daily."""
        subscription = await subscriptions.get(self._database, subscription_id)
        if subscription is not None and subscription.notice is not None:
            # Noted before it is done: told once at most, whatever happens in between.
            await subscriptions.set_notice(self._database, subscription_id, None)
            if not await self._poster.tell(subscription):
                await subscriptions.set_notice(self._database, subscription_id, subscription.notice)

    async def _later(self, row: Delivery, reason: str, wait: timedelta, *, settled: bool) -> bool:
        backoff = min(FIRST_RETRY * 2 ** min(row.attempts - 1, 9), LONGEST_RETRY)
        now = self._clock.now()
        latest = max(self._deadline(row) + timedelta(seconds=1), now + FIRST_RETRY)
        moment = min(now + max(backoff, wait), latest)
        await deliveries.later(self._database, row, moment, reason, settled=settled)
        _log.warning("subscription %d, %s: %s, tried again later", row.subscription_id, row.local_date, reason)
        return True

    def _post(self, subscription: Subscription, row: Delivery) -> Post | None:
        """Return the post of a claim; None where a reload has taken its commitment away."""
        commitment = self._library.find_commitment(row.document, row.digest)
        if commitment is None:
            return None
        nonce = delivery_key(subscription, row.local_date)
        return Post(subscription.guild_id, subscription.channel_id, commitment, nonce, subscription.plan.role_id)


def delivery_key(subscription: Subscription, day: date) -> str:
    """Return 24 characters that name one local day of one subscription: its nonce, and its mark in the post.

    A nonce counts for all channels of its author, so the channel is part of it.
    """
    made_from = f"{subscription.id}/{subscription.channel_id}/{day.isoformat()}"
    return hashlib.blake2b(made_from.encode(), digest_size=12).hexdigest()
