SELECT Value FROM project_settings FINAL WHERE Name = 'erasure_salt'
