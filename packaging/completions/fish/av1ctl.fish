# Whether the verb is one of these; without any: whether there is none yet.
function __av1ctl_verb_is
    set -l words (commandline -opc)[2..-1]
    set -l verb
    while set -q words[1]; and not set -q verb[1]
        switch $words[1]
            case --socket --state --reason --for --since
                set -e words[1]
            case '-*'
            case '*'
                set verb $words[1]
        end
        set -e words[1]
    end
    if set -q argv[1]
        contains -- "$verb" $argv
    else
        not set -q verb[1]
    end
end

# The names of the jobs in one of these states, as bytes; a name that holds a control character is
# left out. Nothing where the daemon does not answer at once.
function __av1ctl_sources --argument-names states
    set -l words (commandline -opc)
    set -l ask av1ctl
    for at in (seq 2 (count $words))
        switch $words[$at]
            case --socket
                set -q words[(math $at + 1)]; and set -a ask --socket $words[(math $at + 1)]
            case '--socket=*'
                set -a ask $words[$at]
        end
    end
    set -l texts (timeout 2 $ask --json list 2>/dev/null |
        string match -rag '"source":"((?:[^"\\\\]|\\\\.)*)","state":"(?:'$states')"' |
        string match -r '^(?:[^\\\\]|\\\\["\\\\])*$' |
        string replace -ra '\\\\(["\\\\])' '$1')
    for text in $texts
        printf '%b\n' $text
    end
end

complete -c av1ctl -f
complete -c av1ctl -l socket -r -F -d "the daemon's control socket"
complete -c av1ctl -l json -d 'answers as JSON'
complete -c av1ctl -l no-legend -d 'tables without header and footer'
complete -c av1ctl -l help -s h -d 'prints a summary'
complete -c av1ctl -l version -d "prints av1ctl's version"

complete -c av1ctl -n __av1ctl_verb_is -a status -d 'machine, state, holds, slots, chunks'
complete -c av1ctl -n __av1ctl_verb_is -a list -d 'jobs and their renditions'
complete -c av1ctl -n __av1ctl_verb_is -a show -d 'one job with all that happened to it'
complete -c av1ctl -n __av1ctl_verb_is -a tail -d 'progress and events as they happen'
complete -c av1ctl -n __av1ctl_verb_is -a top -d 'full-screen live view; q quits'
complete -c av1ctl -n __av1ctl_verb_is -a pause -d "stops work until 'resume'"
complete -c av1ctl -n __av1ctl_verb_is -a resume -d 'goes on, and tells what else holds'
complete -c av1ctl -n __av1ctl_verb_is -a add -d 'copies videos into the share as sources'
complete -c av1ctl -n __av1ctl_verb_is -a cancel -d 'gives a claimed source back'
complete -c av1ctl -n __av1ctl_verb_is -a retry -d 'sends a failed source through again'
complete -c av1ctl -n __av1ctl_verb_is -a adopt -d "accepts the share's marker"
complete -c av1ctl -n __av1ctl_verb_is -a history -d 'finished renditions: sizes, time, speed'
complete -c av1ctl -n __av1ctl_verb_is -a reload -d 'reads the configuration again'
complete -c av1ctl -n __av1ctl_verb_is -a config -d 'the configuration in force'
complete -c av1ctl -n __av1ctl_verb_is -a version -d 'versions of av1ctl and of av1encd'

complete -c av1ctl -n '__av1ctl_verb_is list' -l state -x -d 'only jobs in this state' \
    -a 'claimed encoding publishing done failed skipped'
complete -c av1ctl -n '__av1ctl_verb_is pause' -l reason -x -d 'why, for all to see'
complete -c av1ctl -n '__av1ctl_verb_is pause' -l for -x -d 'ends by itself after so long' \
    -a '30m 1h 2h 8h'
complete -c av1ctl -n '__av1ctl_verb_is pause' -l drain -d 'running segments finish first'
complete -c av1ctl -n '__av1ctl_verb_is history' -l since -x -d 'only what was finished since then' \
    -a 'today yesterday 1h 7d'
complete -c av1ctl -n '__av1ctl_verb_is show tail' -a "(__av1ctl_sources '[a-z]+')"
complete -c av1ctl -n '__av1ctl_verb_is cancel' -a "(__av1ctl_sources 'claimed|encoding|publishing')"
complete -c av1ctl -n '__av1ctl_verb_is retry' -a '(__av1ctl_sources failed)'
complete -c av1ctl -n '__av1ctl_verb_is add' -F
