# Registers a nightly task: run once, as an administrator.
$action = New-ScheduledTaskAction -Execute 'C:\clarus\.venv\Scripts\clarus-batch.exe' -Argument 'run -q' -WorkingDirectory 'C:\clarus'
$trigger = New-ScheduledTaskTrigger -Daily -At 2:30am
$settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew -ExecutionTimeLimit (New-TimeSpan -Hours 6)
Register-ScheduledTask -TaskName 'clarus-batch' -Action $action -Trigger $trigger -Settings $settings -User 'NT AUTHORITY\LOCAL SERVICE'
