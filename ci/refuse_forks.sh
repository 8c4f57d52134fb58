# Before each job of a GPU box, its runner starts a copy of this file that only root can change, see
# docs/gpu.md. A pull request brings its own workflows along: whoever opens it can take out their
# condition that keeps forks away, but not this one. If it fails, no step of the job runs.
set -euo pipefail

case $GITHUB_EVENT_NAME in
push | schedule | workflow_dispatch) exit 0 ;; # of this repository, by someone who may write to it
pull_request) ;;
*) echo "this machine runs no job of $GITHUB_EVENT_NAME; ask for it by a pull request" >&2 && exit 1 ;;
esac

head=$(python3 -c 'import json, sys
pull_request = json.load(open(sys.argv[1]))["pull_request"]
print((pull_request["head"]["repo"] or {}).get("full_name"))' "$GITHUB_EVENT_PATH")
if [[ $head != "$GITHUB_REPOSITORY" ]]; then
    echo "this machine runs no code of another repository, here $head; push the branch to ours" >&2
    exit 1
fi
