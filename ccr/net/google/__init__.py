"""Access tokens for Google Cloud, by application default credentials or a service account in the configuration.

https://cloud.google.com/docs/authentication/application-default-credentials
"""
