
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "public": {
          Tables: {
            "agents": {
                  Row: {
                    "avatar_url": string | null,"created_at": string,"description": string,"id": string,"is_active_for_dialer": boolean,"name": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "avatar_url"?: string | null,"created_at"?: string,"description"?: string,"id"?: string,"is_active_for_dialer"?: boolean,"name": string,"updated_at"?: string,"user_id"?: string
                  }
                  Update: {
                    "avatar_url"?: string | null,"created_at"?: string,"description"?: string,"id"?: string,"is_active_for_dialer"?: boolean,"name"?: string,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"api_key_usage": {
                  Row: {
                    "count": number,"hour": string,"key_id": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "count": number,"hour": string,"key_id": string,"user_id": string
                  }
                  Update: {
                    "count"?: number,"hour"?: string,"key_id"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "api_key_usage_key_id_fkey"
      columns: ["key_id"]
isOneToOne: false
      referencedRelation: "api_keys"
      referencedColumns: ["id"]
    }
                  ]
                },"api_keys": {
                  Row: {
                    "allowed_ips": (unknown)[] | null,"counted_by": string | null,"created_at": string,"enabled": boolean,"expires_at": string | null,"id": string,"key_hash": string,"key_prefix": string,"last_hour": string | null,"last_hour_count": number,"last_used_at": string | null,"metadata": NonNullable<Json>,"name": string,"rate_limit": number | null,"revoked_at": string | null,"rotated_from": string | null,"scopes": (string)[],"updated_at": string,"usage_count": number,"usage_quota": number | null,"user_id": string,"window_count": number,"window_start": string
                  }
                  ComputedFields: never
                  Insert: {
                    "allowed_ips"?: (unknown)[] | null,"counted_by"?: string | null,"created_at"?: string,"enabled"?: boolean,"expires_at"?: string | null,"id"?: string,"key_hash": string,"key_prefix": string,"last_hour"?: string | null,"last_hour_count"?: number,"last_used_at"?: string | null,"metadata"?: NonNullable<Json>,"name": string,"rate_limit"?: number | null,"revoked_at"?: string | null,"rotated_from"?: string | null,"scopes": (string)[],"updated_at"?: string,"usage_count"?: number,"usage_quota"?: number | null,"user_id": string,"window_count"?: number,"window_start"?: string
                  }
                  Update: {
                    "allowed_ips"?: (unknown)[] | null,"counted_by"?: string | null,"created_at"?: string,"enabled"?: boolean,"expires_at"?: string | null,"id"?: string,"key_hash"?: string,"key_prefix"?: string,"last_hour"?: string | null,"last_hour_count"?: number,"last_used_at"?: string | null,"metadata"?: NonNullable<Json>,"name"?: string,"rate_limit"?: number | null,"revoked_at"?: string | null,"rotated_from"?: string | null,"scopes"?: (string)[],"updated_at"?: string,"usage_count"?: number,"usage_quota"?: number | null,"user_id"?: string,"window_count"?: number,"window_start"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "api_keys_counted_by_fkey"
      columns: ["counted_by"]
isOneToOne: false
      referencedRelation: "api_keys"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "api_keys_rotated_from_fkey"
      columns: ["rotated_from"]
isOneToOne: false
      referencedRelation: "api_keys"
      referencedColumns: ["id"]
    }
                  ]
                },"audit_logs": {
                  Row: {
                    "action": string,"actor": string,"caller": string | null,"changes": NonNullable<Json>,"created_at": string,"entry": number,"hash": string,"id": string,"request_id": string | null,"resource": string,"resource_id": string | null,"subject_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"actor": string,"caller"?: string | null,"changes"?: NonNullable<Json>,"created_at"?: string,"entry": number,"hash": string,"id"?: string,"request_id"?: string | null,"resource": string,"resource_id"?: string | null,"subject_id": string
                  }
                  Update: {
                    "action"?: string,"actor"?: string,"caller"?: string | null,"changes"?: NonNullable<Json>,"created_at"?: string,"entry"?: number,"hash"?: string,"id"?: string,"request_id"?: string | null,"resource"?: string,"resource_id"?: string | null,"subject_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"call_logs": {
                  Row: {
                    "call_successful": boolean | null,"connection_id": string | null,"cost": number | null,"created_at": string,"direction": string,"disconnection_reason": string | null,"duration_seconds": number | null,"ended_at": string | null,"from_number": string | null,"id": string,"provider": string,"provider_call_id": string,"recording_path": string | null,"recording_url": string | null,"retell_agent_id": string | null,"retell_call_id": string | null,"sealed_fields": (string)[],"sentiment": string | null,"started_at": string,"status": string,"status_sequence": number | null,"summary": string | null,"to_number": string | null,"transcript": string | null,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "call_successful"?: boolean | null,"connection_id"?: string | null,"cost"?: number | null,"created_at"?: string,"direction"?: string,"disconnection_reason"?: string | null,"duration_seconds"?: number | null,"ended_at"?: string | null,"from_number"?: string | null,"id"?: string,"provider": string,"provider_call_id": string,"recording_path"?: string | null,"recording_url"?: string | null,"retell_agent_id"?: string | null,"retell_call_id"?: string | null,"sealed_fields"?: (string)[],"sentiment"?: string | null,"started_at"?: string,"status": string,"status_sequence"?: number | null,"summary"?: string | null,"to_number"?: string | null,"transcript"?: string | null,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "call_successful"?: boolean | null,"connection_id"?: string | null,"cost"?: number | null,"created_at"?: string,"direction"?: string,"disconnection_reason"?: string | null,"duration_seconds"?: number | null,"ended_at"?: string | null,"from_number"?: string | null,"id"?: string,"provider"?: string,"provider_call_id"?: string,"recording_path"?: string | null,"recording_url"?: string | null,"retell_agent_id"?: string | null,"retell_call_id"?: string | null,"sealed_fields"?: (string)[],"sentiment"?: string | null,"started_at"?: string,"status"?: string,"status_sequence"?: number | null,"summary"?: string | null,"to_number"?: string | null,"transcript"?: string | null,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "call_logs_connection_id_fkey"
      columns: ["connection_id"]
isOneToOne: false
      referencedRelation: "phone_connection_details"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "call_logs_connection_id_fkey"
      columns: ["connection_id"]
isOneToOne: false
      referencedRelation: "phone_connections"
      referencedColumns: ["id"]
    }
                  ]
                },"call_recordings": {
                  Row: {
                    "attempts": number,"bytes": number | null,"call_log_id": string,"connection_id": string | null,"content_type": string | null,"copied_at": string | null,"created_at": string,"duration_seconds": number | null,"error": string | null,"id": string,"kind": string,"path": string | null,"provider_recording_id": string | null,"session_id": string | null,"status": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "attempts"?: number,"bytes"?: number | null,"call_log_id": string,"connection_id"?: string | null,"content_type"?: string | null,"copied_at"?: string | null,"created_at"?: string,"duration_seconds"?: number | null,"error"?: string | null,"id"?: string,"kind": string,"path"?: string | null,"provider_recording_id"?: string | null,"session_id"?: string | null,"status"?: string,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "attempts"?: number,"bytes"?: number | null,"call_log_id"?: string,"connection_id"?: string | null,"content_type"?: string | null,"copied_at"?: string | null,"created_at"?: string,"duration_seconds"?: number | null,"error"?: string | null,"id"?: string,"kind"?: string,"path"?: string | null,"provider_recording_id"?: string | null,"session_id"?: string | null,"status"?: string,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "call_recordings_call_log_id_fkey"
      columns: ["call_log_id"]
isOneToOne: false
      referencedRelation: "call_logs"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "call_recordings_connection_id_fkey"
      columns: ["connection_id"]
isOneToOne: false
      referencedRelation: "phone_connection_details"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "call_recordings_connection_id_fkey"
      columns: ["connection_id"]
isOneToOne: false
      referencedRelation: "phone_connections"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "call_recordings_session_id_fkey"
      columns: ["session_id"]
isOneToOne: false
      referencedRelation: "ivr_sessions"
      referencedColumns: ["id"]
    }
                  ]
                },"consents": {
                  Row: {
                    "created_at": string,"given": boolean,"id": string,"purpose": string,"user_id": string,"version": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"given": boolean,"id"?: string,"purpose": string,"user_id": string,"version"?: string | null
                  }
                  Update: {
                    "created_at"?: string,"given"?: boolean,"id"?: string,"purpose"?: string,"user_id"?: string,"version"?: string | null
                  }
                  Relationships: [
                    
                  ]
                },"ivr_menu_versions": {
                  Row: {
                    "created_at": string,"document": NonNullable<Json>,"id": string,"menu_id": string | null,"restored_from": number | null,"user_id": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"document": NonNullable<Json>,"id"?: string,"menu_id"?: string | null,"restored_from"?: number | null,"user_id": string,"version": number
                  }
                  Update: {
                    "created_at"?: string,"document"?: NonNullable<Json>,"id"?: string,"menu_id"?: string | null,"restored_from"?: number | null,"user_id"?: string,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "ivr_menu_versions_menu_id_fkey"
      columns: ["menu_id"]
isOneToOne: false
      referencedRelation: "ivr_menus"
      referencedColumns: ["id"]
    }
                  ]
                },"ivr_menus": {
                  Row: {
                    "barge_in": boolean,"closed_prompt": string | null,"created_at": string,"hours": Json | null,"id": string,"inter_digit_timeout": number,"invalid_barge_in": boolean,"invalid_final": Json | null,"invalid_limit": number | null,"invalid_prompt": string | null,"items": NonNullable<Json>,"key": string | null,"language": string,"max_depth": number,"max_minutes": number,"max_retries": number,"max_turns": number,"name": string,"no_input_final": Json | null,"no_input_limit": number | null,"parent_menu_id": string | null,"prompt": string,"published_version_id": string | null,"sensitive": boolean,"speech": boolean,"timeout": number,"timeout_barge_in": boolean,"timeout_prompt": string | null,"translations": NonNullable<Json>,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "barge_in"?: boolean,"closed_prompt"?: string | null,"created_at"?: string,"hours"?: Json | null,"id"?: string,"inter_digit_timeout"?: number,"invalid_barge_in"?: boolean,"invalid_final"?: Json | null,"invalid_limit"?: number | null,"invalid_prompt"?: string | null,"items"?: NonNullable<Json>,"key"?: string | null,"language"?: string,"max_depth"?: number,"max_minutes"?: number,"max_retries"?: number,"max_turns"?: number,"name": string,"no_input_final"?: Json | null,"no_input_limit"?: number | null,"parent_menu_id"?: string | null,"prompt": string,"published_version_id"?: string | null,"sensitive"?: boolean,"speech"?: boolean,"timeout"?: number,"timeout_barge_in"?: boolean,"timeout_prompt"?: string | null,"translations"?: NonNullable<Json>,"updated_at"?: string,"user_id"?: string
                  }
                  Update: {
                    "barge_in"?: boolean,"closed_prompt"?: string | null,"created_at"?: string,"hours"?: Json | null,"id"?: string,"inter_digit_timeout"?: number,"invalid_barge_in"?: boolean,"invalid_final"?: Json | null,"invalid_limit"?: number | null,"invalid_prompt"?: string | null,"items"?: NonNullable<Json>,"key"?: string | null,"language"?: string,"max_depth"?: number,"max_minutes"?: number,"max_retries"?: number,"max_turns"?: number,"name"?: string,"no_input_final"?: Json | null,"no_input_limit"?: number | null,"parent_menu_id"?: string | null,"prompt"?: string,"published_version_id"?: string | null,"sensitive"?: boolean,"speech"?: boolean,"timeout"?: number,"timeout_barge_in"?: boolean,"timeout_prompt"?: string | null,"translations"?: NonNullable<Json>,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "ivr_menus_parent_menu_id_fkey"
      columns: ["parent_menu_id","user_id"]
isOneToOne: false
      referencedRelation: "ivr_menus"
      referencedColumns: ["id","user_id"]
    },{
      foreignKeyName: "ivr_menus_published_version_id_fkey"
      columns: ["published_version_id"]
isOneToOne: false
      referencedRelation: "ivr_menu_versions"
      referencedColumns: ["id"]
    }
                  ]
                },"ivr_sessions": {
                  Row: {
                    "call_log_id": string | null,"channel": string,"connection_id": string | null,"created_at": string,"current_menu_id": string | null,"digits": string,"end_reason": string | null,"ended_at": string | null,"from_number": string | null,"id": string,"invalid_count": number,"language": string | null,"last_activity": string,"menu_stack": NonNullable<Json>,"menu_version_id": string,"no_input_count": number,"pending": Json | null,"retry_count": number,"session_id": string,"start_time": string,"step": number,"to_number": string | null,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "call_log_id"?: string | null,"channel"?: string,"connection_id"?: string | null,"created_at"?: string,"current_menu_id"?: string | null,"digits"?: string,"end_reason"?: string | null,"ended_at"?: string | null,"from_number"?: string | null,"id"?: string,"invalid_count"?: number,"language"?: string | null,"last_activity"?: string,"menu_stack": NonNullable<Json>,"menu_version_id": string,"no_input_count"?: number,"pending"?: Json | null,"retry_count"?: never,"session_id": string,"start_time"?: string,"step": number,"to_number"?: string | null,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "call_log_id"?: string | null,"channel"?: string,"connection_id"?: string | null,"created_at"?: string,"current_menu_id"?: string | null,"digits"?: string,"end_reason"?: string | null,"ended_at"?: string | null,"from_number"?: string | null,"id"?: string,"invalid_count"?: number,"language"?: string | null,"last_activity"?: string,"menu_stack"?: NonNullable<Json>,"menu_version_id"?: string,"no_input_count"?: number,"pending"?: Json | null,"retry_count"?: never,"session_id"?: string,"start_time"?: string,"step"?: number,"to_number"?: string | null,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "ivr_sessions_call_log_id_fkey"
      columns: ["call_log_id"]
isOneToOne: false
      referencedRelation: "call_logs"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ivr_sessions_connection_id_fkey"
      columns: ["connection_id"]
isOneToOne: false
      referencedRelation: "phone_connection_details"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ivr_sessions_connection_id_fkey"
      columns: ["connection_id"]
isOneToOne: false
      referencedRelation: "phone_connections"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ivr_sessions_current_menu_id_fkey"
      columns: ["current_menu_id"]
isOneToOne: false
      referencedRelation: "ivr_menus"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ivr_sessions_menu_version_id_fkey"
      columns: ["menu_version_id"]
isOneToOne: false
      referencedRelation: "ivr_menu_versions"
      referencedColumns: ["id"]
    }
                  ]
                },"ivr_turns": {
                  Row: {
                    "created_at": string,"input": NonNullable<Json>,"item": string | null,"menu_id": string,"outcome": string,"reply": string,"session_id": string,"step": number,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"input": NonNullable<Json>,"item"?: string | null,"menu_id": string,"outcome": string,"reply": string,"session_id": string,"step": number,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"input"?: NonNullable<Json>,"item"?: string | null,"menu_id"?: string,"outcome"?: string,"reply"?: string,"session_id"?: string,"step"?: number,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "ivr_turns_session_id_fkey"
      columns: ["session_id"]
isOneToOne: false
      referencedRelation: "ivr_sessions"
      referencedColumns: ["id"]
    }
                  ]
                },"phone_connections": {
                  Row: {
                    "account_sid": string | null,"allowed_callers": (string)[],"blocked_callers": (string)[],"created_at": string,"enabled": boolean,"id": string,"name": string,"provider": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "account_sid"?: string | null,"allowed_callers"?: (string)[],"blocked_callers"?: (string)[],"created_at"?: string,"enabled"?: boolean,"id"?: string,"name": string,"provider": string,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "account_sid"?: string | null,"allowed_callers"?: (string)[],"blocked_callers"?: (string)[],"created_at"?: string,"enabled"?: boolean,"id"?: string,"name"?: string,"provider"?: string,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"phone_numbers": {
                  Row: {
                    "connection_id": string,"created_at": string,"id": string,"label": string | null,"menu_id": string | null,"number": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "connection_id": string,"created_at"?: string,"id"?: string,"label"?: string | null,"menu_id"?: string | null,"number": string,"updated_at"?: string,"user_id"?: string
                  }
                  Update: {
                    "connection_id"?: string,"created_at"?: string,"id"?: string,"label"?: string | null,"menu_id"?: string | null,"number"?: string,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "phone_numbers_connection_id_fkey"
      columns: ["connection_id","user_id"]
isOneToOne: false
      referencedRelation: "phone_connections"
      referencedColumns: ["id","user_id"]
    },{
      foreignKeyName: "phone_numbers_menu_id_fkey"
      columns: ["menu_id","user_id"]
isOneToOne: false
      referencedRelation: "ivr_menus"
      referencedColumns: ["id","user_id"]
    }
                  ]
                },"retention_overrides": {
                  Row: {
                    "created_at": string,"days": number,"policy": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"days": number,"policy": string,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"days"?: number,"policy"?: string,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"user_profiles": {
                  Row: {
                    "avatar_url": string | null,"created_at": string,"department": string | null,"email": string | null,"encrypted_agent_config": Json | null,"encrypted_call_agent_id": string | null,"encrypted_retell_api_key": string | null,"encrypted_sms_agent_id": string | null,"full_name": string | null,"id": string,"is_active": boolean,"language": string,"last_retell_sync": string | null,"metadata": NonNullable<Json>,"phone": string | null,"phone_number": string | null,"position": string | null,"preferences": NonNullable<Json>,"retell_config_device_id": string | null,"retell_config_updated_at": string | null,"retell_hook_id": string | null,"retell_integration_status": string,"retell_secrets": NonNullable<Json>,"timezone": string,"updated_at": string,"user_id": string,"username": string | null,"webhook_config": NonNullable<Json>
                  }
                  ComputedFields: never
                  Insert: {
                    "avatar_url"?: string | null,"created_at"?: string,"department"?: string | null,"email"?: string | null,"encrypted_agent_config"?: Json | null,"encrypted_call_agent_id"?: string | null,"encrypted_retell_api_key"?: string | null,"encrypted_sms_agent_id"?: string | null,"full_name"?: string | null,"id"?: string,"is_active"?: boolean,"language"?: string,"last_retell_sync"?: string | null,"metadata"?: NonNullable<Json>,"phone"?: string | null,"phone_number"?: string | null,"position"?: string | null,"preferences"?: NonNullable<Json>,"retell_config_device_id"?: string | null,"retell_config_updated_at"?: string | null,"retell_hook_id"?: string | null,"retell_integration_status"?: string,"retell_secrets"?: NonNullable<Json>,"timezone"?: string,"updated_at"?: string,"user_id"?: string,"username"?: string | null,"webhook_config"?: NonNullable<Json>
                  }
                  Update: {
                    "avatar_url"?: string | null,"created_at"?: string,"department"?: string | null,"email"?: string | null,"encrypted_agent_config"?: Json | null,"encrypted_call_agent_id"?: string | null,"encrypted_retell_api_key"?: string | null,"encrypted_sms_agent_id"?: string | null,"full_name"?: string | null,"id"?: string,"is_active"?: boolean,"language"?: string,"last_retell_sync"?: string | null,"metadata"?: NonNullable<Json>,"phone"?: string | null,"phone_number"?: string | null,"position"?: string | null,"preferences"?: NonNullable<Json>,"retell_config_device_id"?: string | null,"retell_config_updated_at"?: string | null,"retell_hook_id"?: string | null,"retell_integration_status"?: string,"retell_secrets"?: NonNullable<Json>,"timezone"?: string,"updated_at"?: string,"user_id"?: string,"username"?: string | null,"webhook_config"?: NonNullable<Json>
                  }
                  Relationships: [
                    
                  ]
                },"webhook_events": {
                  Row: {
                    "agent_id": string | null,"created_at": string,"id": string,"ordering_key": string | null,"payload": string,"sealed": string | null,"type": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id"?: string | null,"created_at"?: string,"id"?: string,"ordering_key"?: string | null,"payload": string,"sealed"?: string | null,"type": string,"user_id": string
                  }
                  Update: {
                    "agent_id"?: string | null,"created_at"?: string,"id"?: string,"ordering_key"?: string | null,"payload"?: string,"sealed"?: string | null,"type"?: string,"user_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"webhook_logs": {
                  Row: {
                    "attempt_number": number,"created_at": string,"delivered_at": string | null,"delivery_id": string,"duration_ms": number | null,"error": string | null,"event": string,"event_created_at": string,"event_id": string,"id": string,"origin": string,"response_body": string | null,"status_code": number | null,"user_id": string,"webhook_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "attempt_number": number,"created_at"?: string,"delivered_at"?: string | null,"delivery_id": string,"duration_ms"?: number | null,"error"?: string | null,"event": string,"event_created_at": string,"event_id": string,"id"?: string,"origin": string,"response_body"?: string | null,"status_code"?: number | null,"user_id": string,"webhook_id": string
                  }
                  Update: {
                    "attempt_number"?: number,"created_at"?: string,"delivered_at"?: string | null,"delivery_id"?: string,"duration_ms"?: number | null,"error"?: string | null,"event"?: string,"event_created_at"?: string,"event_id"?: string,"id"?: string,"origin"?: string,"response_body"?: string | null,"status_code"?: number | null,"user_id"?: string,"webhook_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"webhooks": {
                  Row: {
                    "agent_id": string | null,"created_at": string,"description": string | null,"disabled_reason": string | null,"enabled": boolean,"enabled_at": string,"events": (string)[],"failing_since": string | null,"failure_count": number,"filter": Json | null,"header_names": (string)[],"headers": string | null,"id": string,"last_error": string | null,"last_status": number | null,"last_success_at": string | null,"last_triggered_at": string | null,"max_in_flight": number,"old_secrets": NonNullable<Json>,"old_secrets_expire_at": string | null,"ordered": boolean,"rate_limit": number | null,"retry_count": number,"retry_schedule": (number)[] | null,"secret": string,"secret_rotated_at": string | null,"updated_at": string,"url": string,"user_id": string,"warned_share": number
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id"?: string | null,"created_at"?: string,"description"?: string | null,"disabled_reason"?: string | null,"enabled"?: boolean,"enabled_at"?: string,"events": (string)[],"failing_since"?: string | null,"failure_count"?: number,"filter"?: Json | null,"header_names"?: (string)[],"headers"?: string | null,"id": string,"last_error"?: string | null,"last_status"?: number | null,"last_success_at"?: string | null,"last_triggered_at"?: string | null,"max_in_flight"?: number,"old_secrets"?: NonNullable<Json>,"old_secrets_expire_at"?: string | null,"ordered"?: boolean,"rate_limit"?: number | null,"retry_count"?: number,"retry_schedule"?: (number)[] | null,"secret": string,"secret_rotated_at"?: string | null,"updated_at"?: string,"url": string,"user_id": string,"warned_share"?: number
                  }
                  Update: {
                    "agent_id"?: string | null,"created_at"?: string,"description"?: string | null,"disabled_reason"?: string | null,"enabled"?: boolean,"enabled_at"?: string,"events"?: (string)[],"failing_since"?: string | null,"failure_count"?: number,"filter"?: Json | null,"header_names"?: (string)[],"headers"?: string | null,"id"?: string,"last_error"?: string | null,"last_status"?: number | null,"last_success_at"?: string | null,"last_triggered_at"?: string | null,"max_in_flight"?: number,"old_secrets"?: NonNullable<Json>,"old_secrets_expire_at"?: string | null,"ordered"?: boolean,"rate_limit"?: number | null,"retry_count"?: number,"retry_schedule"?: (number)[] | null,"secret"?: string,"secret_rotated_at"?: string | null,"updated_at"?: string,"url"?: string,"user_id"?: string,"warned_share"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "webhooks_agent_id_fkey"
      columns: ["agent_id","user_id"]
isOneToOne: false
      referencedRelation: "agents"
      referencedColumns: ["id","user_id"]
    }
                  ]
                }
          }
          Views: {
            "phone_connection_details": {
                  Row: {
                    "account_sid": string | null,"allowed_callers": (string)[],"blocked_callers": (string)[],"created_at": string,"enabled": boolean,"id": string,"name": string,"provider": string,"secrets": Json | null,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                           "account_sid"?: string | null,"allowed_callers"?: (string)[] | null,"blocked_callers"?: (string)[] | null,"created_at"?: string | null,"enabled"?: boolean | null,"id"?: string | null,"name"?: string | null,"provider"?: string | null,"secrets"?: never,"updated_at"?: string | null
                         }
                        Update: {
                           "account_sid"?: string | null,"allowed_callers"?: (string)[] | null,"blocked_callers"?: (string)[] | null,"created_at"?: string | null,"enabled"?: boolean | null,"id"?: string | null,"name"?: string | null,"provider"?: string | null,"secrets"?: never,"updated_at"?: string | null
                         }
                        Relationships: [
                    
                  ]
                },"profiles": {
                  Row: {
                    "avatar_url": string | null,"email": string | null,"full_name": string | null,"id": string,"updated_at": string,"username": string | null
                  }
                  ComputedFields: never
                  Insert: {
                           "avatar_url"?: string | null,"email"?: string | null,"full_name"?: string | null,"id"?: string | null,"updated_at"?: string | null,"username"?: string | null
                         }
                        Update: {
                           "avatar_url"?: string | null,"email"?: string | null,"full_name"?: string | null,"id"?: string | null,"updated_at"?: string | null,"username"?: string | null
                         }
                        Relationships: [
                    
                  ]
                }
          }
          Functions: {
            "begin_erasure":
{ Args: { "p_fence": number,"p_job_id": string }; Returns: boolean
                           },
"cancel_account_deletion":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"cancel_webhook_replay":
{ Args: { "p_replay_id": string,"p_webhook_id": string }; Returns: Json
                           },
"check_api_key":
{ Args: { "p_ip"?: string,"p_key_hash": string,"p_limit"?: string,"p_scope"?: string }; Returns: Json
                           },
"check_audit_heads":
{ Args: { "p_heads": Json }; Returns: {
              "entry": number,"problem": string,"subject_id": string
            }[]
                           },
"check_ivr_menu":
{ Args: { "p_menu_id": string }; Returns: Json
                           },
"claim_job":
{ Args: { "p_lease_seconds": number }; Returns: Json
                           },
"claim_webhook_deliveries":
{ Args: { "p_delivery_id"?: string,"p_limit": number }; Returns: Json
                           },
"cleanup_old_logs":
{ Args: { "p_days": number }; Returns: number
                           },
"commit_ivr_app_turn":
{ Args: { "p_id": string,"p_input": Json,"p_outcome": string,"p_reply": string,"p_state": Json,"p_step": number }; Returns: Json
                           },
"complete_webhook_deliveries":
{ Args: { "p_outcomes": Json }; Returns: Json
                           },
"count_personal_rows":
{ Args: { "p_user_id": string }; Returns: Json
                           },
"count_values_to_reseal":
{ Args: { "p_active": string }; Returns: number
                           },
"create_account_export":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"create_account_export_once":
{ Args: { "p_idempotency_key": string,"p_request_hash": string }; Returns: Json
                           },
"create_api_key":
{ Args: { "p_key_hash": string,"p_key_prefix": string,"p_settings": Json }; Returns: Json
                           },
"create_api_key_once":
{ Args: { "p_idempotency_key": string,"p_key_hash": string,"p_key_prefix": string,"p_request_hash": string,"p_settings": Json }; Returns: Json
                           },
"create_ivr_menu":
{ Args: { "p_settings": Json }; Returns: Json
                           },
"create_ivr_menu_once":
{ Args: { "p_idempotency_key": string,"p_request_hash": string,"p_settings": Json }; Returns: Json
                           },
"create_phone_connection":
{ Args: { "p_account_sid": string,"p_api_secret"?: Json,"p_credential_id": string,"p_id": string,"p_name": string,"p_provider": string,"p_sealed": string }; Returns: Json
                           },
"create_phone_connection_once":
{ Args: { "p_account_sid": string,"p_api_secret"?: Json,"p_credential_id": string,"p_id": string,"p_idempotency_key": string,"p_name": string,"p_provider": string,"p_request_hash": string,"p_sealed": string }; Returns: Json
                           },
"create_phone_number":
{ Args: { "p_connection_id": string,"p_label"?: string,"p_menu_id"?: string,"p_number": string }; Returns: {
              "connection_id": string,
"created_at": string,
"id": string,
"label": string | null,
"menu_id": string | null,
"number": string,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "phone_numbers"
        isOneToOne: true
        isSetofReturn: false
      } },
"create_phone_number_once":
{ Args: { "p_connection_id": string,"p_idempotency_key": string,"p_label"?: string,"p_menu_id"?: string,"p_number": string,"p_request_hash": string }; Returns: Json
                           },
"create_webhook":
{ Args: { "p_id": string,"p_secret": string,"p_settings": Json }; Returns: Json
                           },
"create_webhook_once":
{ Args: { "p_id": string,"p_idempotency_key": string,"p_request_hash": string,"p_secret": string,"p_settings": Json }; Returns: Json
                           },
"delete_api_key":
{ Args: { "p_id": string }; Returns: Json
                           },
"delete_ivr_menu":
{ Args: { "p_id": string }; Returns: undefined
                           },
"delete_webhook":
{ Args: { "p_id": string }; Returns: Json
                           },
"describe_personal_tables":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"disable_leaked_api_key":
{ Args: { "p_key_hash": string,"p_source": string,"p_url": string }; Returns: Json
                           },
"encrypts_health_data":
{ Args: { "p_user_id": string }; Returns: boolean
                           },
"end_ivr_session":
{ Args: { "p_id": string,"p_step"?: number }; Returns: string
                           },
"erase_personal_rows":
{ Args: { "p_rows": number,"p_table": string,"p_user_id": string }; Returns: number
                           },
"fail_job":
{ Args: { "p_error": string,"p_fence": number,"p_final": boolean,"p_id": string }; Returns: boolean
                           },
"finish_erasure":
{ Args: { "p_fence": number,"p_job_id": string }; Returns: Json
                           },
"forget_archived":
{ Args: { "p_chunk": Json,"p_fence": number,"p_job_id": string,"p_object": string,"p_sha256": string }; Returns: boolean
                           },
"get_account_deletion":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"get_account_export":
{ Args: { "p_id": string }; Returns: Json
                           },
"get_api_key_usage":
{ Args: { "p_from": string,"p_id": string,"p_to": string }; Returns: Json
                           },
"get_complete_user_profile":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"get_consents":
{ Args: Record<PropertyKey, never>; Returns: {
              "created_at": string,
"given": boolean,
"id": string,
"purpose": string,
"user_id": string,
"version": string | null
            }[]
                          SetofOptions: {
        from: "*"
        to: "consents"
        isOneToOne: false
        isSetofReturn: true
      } },
"get_ivr_menu_stats":
{ Args: { "p_from": string,"p_menu_id": string,"p_to": string }; Returns: Json
                           },
"get_ivr_session":
{ Args: { "p_id": string }; Returns: Json
                           },
"get_own_sign_in":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"get_transfer_rules":
{ Args: Record<PropertyKey, never>; Returns: {
              "countries": (string)[],"max_per_hour": number,"prefixes": (string)[]
            }[]
                           },
"get_webhook_replay":
{ Args: { "p_replay_id": string,"p_webhook_id": string }; Returns: Json
                           },
"health_data":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"is_archive":
{ Args: { "p_object": string }; Returns: boolean
                           },
"ivr_announce_recording":
{ Args: { "p_call_id": string,"p_connection_id": string,"p_duration_seconds": number,"p_recording_id": string,"p_url": string }; Returns: Json
                           },
"ivr_callout_grant":
{ Args: { "p_session_id": string }; Returns: Json
                           },
"ivr_claim_recordings":
{ Args: { "p_lease_seconds": number,"p_limit": number,"p_recording_id"?: string }; Returns: Json
                           },
"ivr_commit_known_turn":
{ Args: { "p_call_id": string,"p_connection_id": string,"p_input": Json,"p_known_version": string,"p_menu_id": string,"p_outcome": string,"p_provider": string,"p_reply": string,"p_session_id": string,"p_settings": string,"p_state": Json,"p_step": number,"p_to": string }; Returns: Json
                           },
"ivr_commit_known_turns":
{ Args: { "p_calls": Json }; Returns: Json
                           },
"ivr_commit_turn":
{ Args: { "p_input": Json,"p_menu_id": string,"p_outcome": string,"p_reply": string,"p_session_id": string,"p_state": Json,"p_step": number }; Returns: Json
                           },
"ivr_complete_recording":
{ Args: { "p_bytes": number,"p_content_type": string,"p_path": string,"p_recording_id": string }; Returns: boolean
                           },
"ivr_fail_recording":
{ Args: { "p_error": string,"p_fence": number,"p_final": boolean,"p_recording_id": string }; Returns: string
                           },
"ivr_load_connection":
{ Args: { "p_connection_id": string,"p_provider": string }; Returns: Json
                           },
"ivr_load_turn":
{ Args: { "p_call_id": string,"p_connection_id": string,"p_known_version"?: string,"p_provider": string,"p_step": number,"p_to": string }; Returns: Json
                           },
"ivr_record_status":
{ Args: { "p_call_id": string,"p_connection_id": string,"p_duration_seconds": number,"p_from": string,"p_sequence": number,"p_status": string,"p_to": string }; Returns: boolean
                           },
"ivr_settle_callout":
{ Args: { "p_result": Json,"p_session_id": string,"p_step": number }; Returns: boolean
                           },
"ivr_start_session":
{ Args: { "p_call_id": string,"p_connection_id": string,"p_from": string,"p_input": Json,"p_menu_version_id": string,"p_outcome": string,"p_reply": string,"p_state": Json,"p_to": string }; Returns: Json
                           },
"limit_requests":
{ Args: { "p_address"?: string,"p_name": string,"p_user_id"?: string }; Returns: number
                           },
"list_archive_keys":
{ Args: Record<PropertyKey, never>; Returns: {
              "archives": number,"key_id": string
            }[]
                           },
"list_audit_heads":
{ Args: { "p_after": string,"p_count": number }; Returns: Json
                           },
"list_erasure_order":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"list_ivr_sessions":
{ Args: { "p_before_id"?: string,"p_before_time"?: string,"p_caller"?: string,"p_channel"?: string,"p_end_reason"?: string,"p_from"?: string,"p_limit": number,"p_menu_id"?: string,"p_open"?: boolean,"p_session_id"?: string,"p_to"?: string }; Returns: Json
                           },
"list_personal_objects":
{ Args: { "p_after_bucket": string,"p_after_name": string,"p_count": number,"p_user_id": string }; Returns: Json
                           },
"list_retell_users":
{ Args: { "p_after": string,"p_count": number }; Returns: string[]
                           },
"list_retention":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"load_call":
{ Args: { "p_id": string }; Returns: Json
                           },
"load_ivr_app_turn":
{ Args: { "p_id": string,"p_step": number }; Returns: Json
                           },
"load_ivr_simulation":
{ Args: { "p_menu_id": string,"p_version"?: number }; Returns: Json
                           },
"load_ivr_start":
{ Args: { "p_menu": string,"p_session_id": string }; Returns: Json
                           },
"next_archive_chunk":
{ Args: { "p_bytes": number,"p_last"?: Json,"p_rows": number }; Returns: Json
                           },
"plain_calls":
{ Args: { "p_limit": number,"p_user_id": string }; Returns: Json
                           },
"plain_events":
{ Args: { "p_from"?: string,"p_limit": number,"p_user_id": string }; Returns: Json
                           },
"publish_event":
{ Args: { "p_agent_id"?: string,"p_data": Json,"p_idempotency_key"?: string,"p_ordering_key"?: string,"p_type": string }; Returns: Json
                           },
"publish_ivr_menu":
{ Args: { "p_digest"?: string,"p_menu_id": string }; Returns: {
              "created_at": string,"version": number,"version_id": string
            }[]
                           },
"publish_sealed_event":
{ Args: { "p_agent_id"?: string,"p_data": Json,"p_idempotency_key"?: string,"p_ordering_key"?: string,"p_sealed": Json,"p_type": string,"p_user_id": string }; Returns: Json
                           },
"read_personal_rows":
{ Args: { "p_after": Json,"p_bytes": number,"p_rows": number,"p_table": string,"p_user_id": string }; Returns: Json
                           },
"readiness":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"record_consent":
{ Args: { "p_given": boolean,"p_purpose": string,"p_version": string }; Returns: {
              "created_at": string,
"given": boolean,
"id": string,
"purpose": string,
"user_id": string,
"version": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "consents"
        isOneToOne: true
        isSetofReturn: false
      } },
"release_job":
{ Args: { "p_fence": number,"p_id": string,"p_progress": Json,"p_state": string,"p_wait_seconds": number }; Returns: boolean
                           },
"replace_avatar":
{ Args: { "p_url": string }; Returns: Json
                           },
"replay_webhook":
{ Args: { "p_dry_run": boolean,"p_id": string,"p_selection": Json }; Returns: Json
                           },
"request_account_deletion":
{ Args: { "p_grace_days": number,"p_user_id": string }; Returns: Json
                           },
"reseal_values":
{ Args: { "p_values": Json }; Returns: number
                           },
"resend_webhook_delivery":
{ Args: { "p_delivery_id": string }; Returns: Json
                           },
"retell_account":
{ Args: { "p_user_id": string }; Returns: Json
                           },
"retell_import_calls":
{ Args: { "p_events": Json,"p_user_id": string }; Returns: Json
                           },
"retell_load_hook":
{ Args: { "p_hook_id": string }; Returns: Json
                           },
"retell_record_event":
{ Args: { "p_event": Json,"p_user_id": string }; Returns: string
                           },
"revoke_api_key":
{ Args: { "p_id": string }; Returns: Json
                           },
"rollback_ivr_menu":
{ Args: { "p_menu_id": string,"p_version": number }; Returns: {
              "created_at": string,"restored_from": number,"version": number,"version_id": string
            }[]
                           },
"rotate_api_key":
{ Args: { "p_id": string,"p_key_hash": string,"p_key_prefix": string,"p_overlap_hours": number }; Returns: Json
                           },
"rotate_connection_secret":
{ Args: { "p_credential_id": string,"p_id": string,"p_overlap_hours": number,"p_sealed": string }; Returns: Json
                           },
"rotate_webhook_secret":
{ Args: { "p_id": string,"p_overlap_hours": number,"p_secret": string }; Returns: Json
                           },
"save_job":
{ Args: { "p_fence": number,"p_id": string,"p_lease_seconds": number,"p_progress": Json }; Returns: boolean
                           },
"schema_health":
{ Args: { "p_expected"?: Json }; Returns: Json
                           },
"seal_calls":
{ Args: { "p_texts": Json,"p_user_id": string }; Returns: number
                           },
"seal_events":
{ Args: { "p_events": Json,"p_user_id": string }; Returns: number
                           },
"set_health_data":
{ Args: { "p_encrypt": boolean }; Returns: Json
                           },
"set_retention":
{ Args: { "p_days": number,"p_policy": string }; Returns: undefined
                           },
"set_retention_policy":
{ Args: { "p_archive"?: boolean,"p_days": number,"p_name": string }; Returns: undefined
                           },
"set_transfer_rules":
{ Args: { "p_countries": (string)[],"p_max_per_hour"?: number,"p_prefixes"?: (string)[] }; Returns: {
              "countries": (string)[],"max_per_hour": number,"prefixes": (string)[]
            }[]
                           },
"set_webhook_limit":
{ Args: { "p_limit": number,"p_user_id": string }; Returns: Json
                           },
"settle_restored":
{ Args: { "p_restored_at": string }; Returns: Json
                           },
"start_ivr_session":
{ Args: { "p_from": string,"p_id": string,"p_input": Json,"p_menu_version_id": string,"p_outcome": string,"p_reply": string,"p_session_id": string,"p_state": Json,"p_to": string }; Returns: Json
                           },
"start_ivr_session_once":
{ Args: { "p_from": string,"p_id": string,"p_idempotency_key": string,"p_input": Json,"p_menu_version_id": string,"p_outcome": string,"p_reply": string,"p_request_hash": string,"p_session_id": string,"p_state": Json,"p_to": string }; Returns: Json
                           },
"start_webhook_test":
{ Args: { "p_id": string }; Returns: Json
                           },
"store_retell_config":
{ Args: { "p_config": Json,"p_device_id"?: string,"p_updated_at"?: string }; Returns: Json
                           },
"stray_archives":
{ Args: { "p_limit": number }; Returns: string[]
                           },
"update_api_key":
{ Args: { "p_id": string,"p_settings": Json }; Returns: Json
                           },
"update_ivr_menu":
{ Args: { "p_id": string,"p_settings": Json }; Returns: Json
                           },
"update_phone_connection":
{ Args: { "p_id": string,"p_settings": Json }; Returns: Json
                           },
"update_phone_number":
{ Args: { "p_id": string,"p_settings": Json }; Returns: {
              "connection_id": string,
"created_at": string,
"id": string,
"label": string | null,
"menu_id": string | null,
"number": string,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "phone_numbers"
        isOneToOne: true
        isSetofReturn: false
      } },
"update_retell_integration_status":
{ Args: { "p_fingerprint": string,"p_status": string,"p_user_id": string }; Returns: Json
                           },
"update_webhook":
{ Args: { "p_id": string,"p_settings": Json }; Returns: Json
                           },
"values_to_reseal":
{ Args: { "p_active": string,"p_after"?: Json,"p_limit": number }; Returns: {
              "column_name": string,"relation": string,"row_id": string,"sealed": string,"user_id": string
            }[]
                           },
"verify_api_key":
{ Args: { "p_ip"?: string,"p_key_hash": string,"p_scope"?: string,"p_user_id"?: string }; Returns: Json
                           },
"verify_api_keys":
{ Args: { "p_calls": Json }; Returns: Json
                           },
"verify_audit_chain":
{ Args: Record<PropertyKey, never>; Returns: {
              "entry": number,"entry_id": string,"problem": string,"subject_id": string
            }[]
                           }
          }
          Enums: {
            [_ in never]: never
          }
          CompositeTypes: {
            [_ in never]: never
          }
        }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
  ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R
    }
    ? R
    : never
  : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I
    }
    ? I
    : never
  : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U
    }
    ? U
    : never
  : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
  ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
  ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never

export const Constants = {
  "public": {
          Enums: {
            
          }
        }
} as const
