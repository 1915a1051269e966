"""What the workers do: thin bells around `messaging.processing`, and the care for the queue itself."""

from __future__ import annotations

import time

import structlog
from procrastinate import JobContext, jobs
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation

from messaging.actions import fix_times
from messaging.actions.counting import count_messages, count_refusals
from messaging.actions.reminders import tell_about_late_tasks
from messaging.actions.resend import take_step
from messaging.actions.solving import note_solutions
from messaging.actions.trials import QUEUE as TRIALS
from messaging.actions.trials import TASK, carry_out_trial
from messaging.delivery.claims import channels_with_work
from messaging.delivery.responses import take_responses
from messaging.delivery.worker import deliver_batch
from messaging.linking import BATCH, numbers_of_import, relink_batch
from messaging.models import OrganisationImport
from messaging.origins import gather_origins
from messaging.processing import claim_registered, process_claimed, return_expired_leases
from messaging.queries_delivery import running_runs
from messaging.wakeup import ring, ring_channel, ring_delivery, ring_run
from portal.models import User

QUEUE = "messages"
DELIVERY = "delivery"
STALLED_AFTER = 30  # seconds without a sign of life from the worker
MAX_JOB_ATTEMPTS = 3
AT_A_TIME = 1.0  # seconds
DELIVERING = 10.0  # seconds, as above for one channel
EVERY_10_MINUTES = "*/10 * * * *"
NUMBERS_PER_JOB = 500
EVERY_30_SECONDS = "* * * * * */30"  # the seconds come last, behind the five usual columns
EVERY_MINUTE = "* * * * *"

log = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="work_out_fix_times", queue="care", queueing_lock="work_out_fix_times")
def work_out_fix_times(timestamp: int) -> None:
    """Note how long senders were kept out."""
    fix_times.work_out_fix_times()


@app.periodic(cron="45 3 * * *")
@app.task(name="forget_old_fix_times", queue="care", queueing_lock="forget_old_fix_times")
def forget_old_fix_times(timestamp: int) -> None:
    fix_times.forget_old_fix_times()


@app.task(name="process_registered_messages", queue=QUEUE, queueing_lock="process_registered_messages")
def process_registered_messages() -> None:
    """Process batch after batch until nothing is waiting, and ring for whoever can help meanwhile.

    It ends after a second all the same, so that other jobs get their turn and a worker that has to stop can.
    """
    started = time.monotonic()
    while time.monotonic() - started < AT_A_TIME and (claims := claim_registered()):
        # Before the work, not after it: the next batch is for another thread, process or machine.
        ring()
        process_claimed(claims)


@app.periodic(cron=EVERY_10_MINUTES)
@app.task(name="mail_about_late_tasks", queue="care", queueing_lock="mail_about_late_tasks")
def mail_about_late_tasks(timestamp: int) -> None:
    """Tell people about tasks that are past their deadline."""
    tell_about_late_tasks()


@app.task(name="relink_messages", queue=QUEUE)
def relink_messages(environment_id: int, scheme: str, number: str, actor_id: int | None) -> None:
    """Link a batch of messages with a number to the organisation that has it by now, and go on while there are more."""
    actor = User.objects.filter(pk=actor_id).first() if actor_id else None
    if relink_batch(environment_id, scheme, number, actor=actor, limit=BATCH) == BATCH:
        relink_messages.defer(environment_id=environment_id, scheme=scheme, number=number, actor_id=actor_id)


@app.task(name="relink_imported", queue=QUEUE)
def relink_imported(import_id: int, actor_id: int, start: int = 0) -> None:
    """Link the messages with numbers of an import, some numbers per job, so that other jobs get their turn."""
    made = OrganisationImport.objects.filter(pk=import_id).first()
    numbers = numbers_of_import(made, start, NUMBERS_PER_JOB) if made else []
    actor = User.objects.filter(pk=actor_id).first()
    for environment_id, scheme, number in numbers:
        if relink_batch(environment_id, scheme, number, actor=actor, limit=BATCH) == BATCH:
            relink_messages.defer(environment_id=environment_id, scheme=scheme, number=number, actor_id=actor_id)
    if len(numbers) == NUMBERS_PER_JOB:
        relink_imported.defer(import_id=import_id, actor_id=actor_id, start=start + NUMBERS_PER_JOB)


@app.periodic(cron=EVERY_30_SECONDS)
@app.task(name="find_forgotten_messages", queue=QUEUE, queueing_lock="find_forgotten_messages")
def find_forgotten_messages(timestamp: int) -> None:
    """The safety net: return what lost workers held, and look for messages that nobody rang for."""
    return_expired_leases()
    ring()


@app.task(name="find_deliveries", queue=DELIVERY, queueing_lock="find_deliveries")
def find_deliveries() -> None:
    """Ring for each channel that may send and has something to send."""
    for channel_id in channels_with_work():
        ring_channel(channel_id)


@app.task(name="deliver_channel", queue=DELIVERY)
def deliver_channel(channel_id: int) -> None:
    """Deliver batch after batch of a channel until nothing is due or it has to rest, and let others have their turn.

    While a job of the channel runs, the next one is locked, and its end rings no bell: that waits for a worker that
    looks by itself (`--fetch-job-polling-interval`).
    """
    started = time.monotonic()
    while deliver_batch(channel_id):
        if time.monotonic() - started > DELIVERING:
            ring_channel(channel_id)
            return


@app.periodic(cron=EVERY_30_SECONDS)
@app.task(name="find_forgotten_deliveries", queue=DELIVERY, queueing_lock="find_forgotten_deliveries")
def find_forgotten_deliveries(timestamp: int) -> None:
    """The safety net: take over the responses in folders, and look for what is due, also from lost workers."""
    take_responses()
    ring_delivery()
    for run_id in running_runs():
        ring_run(run_id)


@app.task(name="resend_step", queue=DELIVERY)
def resend_step(run_id: int) -> None:
    """Put back the next messages of a run of sending again, until it has ended or was stopped."""
    if take_step(run_id):
        ring_run(run_id)


@app.periodic(cron=EVERY_10_MINUTES)
@app.task(name="gather_token_origins", queue="care", queueing_lock="gather_token_origins")
def gather_token_origins(timestamp: int) -> None:
    """Let the auditor know from where tokens are used."""
    gather_origins()


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="note_solved_refusals", queue="care", queueing_lock="note_solved_refusals")
def note_solved_refusals(timestamp: int) -> None:
    """Write into the communication log what was solved elsewhere than from its pages."""
    note_solutions()


@app.periodic(cron="* * * * *")
@app.task(name="count_for_dashboard", queue="care", queueing_lock="count_for_dashboard")
def count_for_dashboard(timestamp: int) -> None:
    """Keep the daily counts of the dashboard."""
    count_messages()
    count_refusals()


@app.task(name=TASK, queue=TRIALS)
def send_test_message(trial: int) -> None:
    """Try the way in for somebody who looks on."""
    carry_out_trial(trial)


@app.periodic(cron=EVERY_30_SECONDS)
@app.task(name="recover_stalled_jobs", queue="care", queueing_lock="recover_stalled_jobs", pass_context=True)
async def recover_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Put jobs of killed workers back on the queue, or end them when they were tried too often.

    procrastinate keeps such a job in `doing` for ever and leaves this to the application.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        if job.id is None:  # only a job that was never stored
            continue
        if job.attempts >= MAX_JOB_ATTEMPTS:
            log.error("job_gave_up", task=job.task_name, attempts=job.attempts)
            await manager.finish_job_by_id_async(job.id, jobs.Status.FAILED, delete_job=False)
        else:
            try:
                await manager.retry_job(job)
            except UniqueViolation:
                # A bell of the same kind is waiting already; this one has nothing to add.
                await manager.finish_job_by_id_async(job.id, jobs.Status.FAILED, delete_job=True)
