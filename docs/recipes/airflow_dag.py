"""A DAG that calls clarus-batch, which has an environment of its own: never install it into that of Airflow."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

# 1 means that rows need someone: trying again changes nothing, so the task succeeds and [notify] tells it. 2 fails
# after its retries; 3 and 4 are worth them. 99 is no code of ours, so skip_on_exit_code is off.
COMMAND = """
cd /srv/clarus && .venv/bin/clarus-batch run -q --profile {{ params.profile }}
rc=$?
[ $rc -le 1 ] && exit 0
exit $rc
"""

with DAG(
    "clarus_batch",
    start_date=datetime(2026, 1, 1),
    schedule="30 2 * * *",
    catchup=False,
    max_active_runs=1,
    params={"profile": "acme"},
):
    BashOperator(
        task_id="run",
        bash_command=COMMAND,
        skip_on_exit_code=None,
        retries=3,
        retry_delay=timedelta(minutes=10),
    )
