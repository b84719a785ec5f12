complete -c av1encd -f
complete -c av1encd -l config -r -F -d 'read FILE instead of /etc/av1encd/av1encd.yaml'
complete -c av1encd -l check-config -d 'say every mistake in the configuration'
complete -c av1encd -l once -d 'end when no source is left'
complete -c av1encd -l debug -d 'log level debug'
complete -c av1encd -l throttle -d 'as cpu_watchdog.enabled: true'
complete -c av1encd -l version -d 'print the version'
complete -c av1encd -l help -d 'print a summary'
