#!/usr/bin/env bash
# Runs a command with a Slurm of one machine around it (Debian's slurm-wlm and munge, as root), for tests:
#   Scripts/slurm-one-machine.sh COMMAND...
# SLURM_CONF points the command at it; the daemons end with the command, whose exit code this script has.
set -euo pipefail
for tool in slurmctld slurmd sbatch sinfo munge munged; do
  command -v "$tool" >/dev/null || { echo "slurm-one-machine: $tool is missing; install slurm-wlm and munge" >&2; exit 69; }
done
[ "$(id -u)" -eq 0 ] || { echo "slurm-one-machine: the daemons need root" >&2; exit 69; }
folder=$(mktemp -d)
host=$(hostname -s)
stop() {
  local code=$?
  for daemon in slurmd slurmctld munged; do
    if [ -s "$folder/$daemon.pid" ]; then
      pid=$(cat "$folder/$daemon.pid")
      kill "$pid" 2>/dev/null || true
      for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
      kill -9 "$pid" 2>/dev/null || true
    fi
  done
  rm -rf "$folder"
  exit "$code"
}
trap stop EXIT

if ! munge -n 2>/dev/null | unmunge >/dev/null 2>&1; then
  mkdir -p /run/munge /var/log/munge
  chown munge: /run/munge /var/log/munge
  # munged writes as its own user, so its pid file cannot lie in a folder of root.
  runuser -u munge -- munged --pid-file=/run/munge/munged.pid
  for _ in $(seq 50); do [ -s /run/munge/munged.pid ] && break; sleep 0.1; done
  cp /run/munge/munged.pid "$folder/munged.pid"
fi
mkdir -p "$folder/state" "$folder/spool"
cat > "$folder/slurm.conf" <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${SLURM_TEST_PORT:-16817}
SlurmdPort=$((${SLURM_TEST_PORT:-16817} + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SchedulerParameters=sched_interval=1,batch_sched_delay=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$folder/slurm.conf
slurmctld -f "$SLURM_CONF"
slurmd -f "$SLURM_CONF"
for _ in $(seq 100); do
  if sinfo -h -o %t 2>/dev/null | grep -q idle; then break; fi
  sleep 0.2
done
sinfo -h -o %t | grep -q idle || { echo "slurm-one-machine: the node does not come up" >&2; cat "$folder"/*.log >&2; exit 70; }
"$@"
